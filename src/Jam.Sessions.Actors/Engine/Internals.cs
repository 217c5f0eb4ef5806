using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

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

/// <summary>Finish what was accepted, take nothing more, and answer <see cref="Drained"/>.</summary>
internal sealed record Drain : INoSerializationVerificationNeeded
{
    public static readonly Drain Instance = new();
}

/// <summary>The end of a drain.</summary>
/// <param name="Shortfall">What the JSON file lacks, and why; null where it holds everything.</param>
internal sealed record Drained(SessionStoreException? Shortfall = null) : INoSerializationVerificationNeeded
{
    public static readonly Drained Instance = new();

    public override string ToString() => $"Drained {{ {Shortfall?.GetType().Name ?? "whole"} }}";
}
