using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test that takes permissions away.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PermissionsFactAttribute([CallerMemberName] string name = "")
    : ConditionalFactAttribute(Environment.IsPrivilegedProcess ? "permissions do not bind root" : null, name);
