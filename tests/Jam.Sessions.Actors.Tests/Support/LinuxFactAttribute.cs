using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test of what only Linux has; skipped elsewhere, and its name then says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    private const string Reason = "only on Linux";

    public LinuxFactAttribute([CallerMemberName] string name = "")
    {
        if (!OperatingSystem.IsLinux())
        {
            (Skip, DisplayName) = (Reason, $"{name}: {Reason}");
        }
    }
}
