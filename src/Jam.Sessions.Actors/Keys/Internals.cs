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

/// <summary>Finish what was accepted, accept nothing more, and answer <see cref="Drained"/>.</summary>
internal sealed record Drain : INoSerializationVerificationNeeded
{
    public static readonly Drain Instance = new();
}

/// <summary>The end of a drain; of a key actor: its last command has its answer.</summary>
internal sealed record Drained : INoSerializationVerificationNeeded
{
    public static readonly Drained Instance = new();
}
