using Akka.Actor;

namespace Jam.Sessions.Actors.Keys;

/// <summary>To a key actor: what it decided is on the disk.</summary>
internal sealed record Committed : INoSerializationVerificationNeeded
{
    public static readonly Committed Instance = new();
}

/// <summary>To a key actor: the disk refused what it decided.</summary>
internal sealed record CommitFailed(JamSessionsException Reason) : INoSerializationVerificationNeeded
{
    public override string ToString() => $"CommitFailed {{ {Reason.GetType().Name} }}";
}

/// <summary>To the manager: finish what was accepted, accept nothing more, let go of the file, and stop.</summary>
internal sealed record Drain : INoSerializationVerificationNeeded
{
    public static readonly Drain Instance = new();
}

/// <summary>To the manager that drains: a key's last command has its answer.</summary>
internal sealed record KeyDrained : INoSerializationVerificationNeeded
{
    public static readonly KeyDrained Instance = new();
}
