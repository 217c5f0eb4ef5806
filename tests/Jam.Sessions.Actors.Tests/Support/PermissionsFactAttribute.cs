using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test that takes permissions away; skipped for a user whom they do not bind, and its name then says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PermissionsFactAttribute : FactAttribute
{
    private const string Reason = "permissions do not bind root";

    public PermissionsFactAttribute([CallerMemberName] string name = "")
    {
        if (Environment.IsPrivilegedProcess)
        {
            (Skip, DisplayName) = (Reason, $"{name}: {Reason}");
        }
    }
}
