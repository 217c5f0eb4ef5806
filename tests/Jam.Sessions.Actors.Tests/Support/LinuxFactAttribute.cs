using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test of what only Linux has.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute([CallerMemberName] string name = "")
    : ConditionalFactAttribute(OperatingSystem.IsLinux() ? null : "only on Linux", name);
