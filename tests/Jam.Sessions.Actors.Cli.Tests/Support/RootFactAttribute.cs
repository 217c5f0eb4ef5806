using System.Runtime.CompilerServices;
using Jam.Sessions.Actors.Admin;

namespace Jam.Sessions.Actors.Cli.Tests.Support;

/// <summary>A test that gives files to another user, which root alone can.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute([CallerMemberName] string name = "")
    : ConditionalFactAttribute(OperatingSystem.IsLinux() && PeerUser.Own == 0 ? null : "only root can give files to another user", name);
