using Akka.Actor;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Engine;

/// <summary>What a key actor decided, on its way to the disk.</summary>
/// <param name="Requests">What it answers.</param>
/// <param name="After">The key's sessions, once it is committed.</param>
/// <param name="Changes">The documents that change.</param>
/// <param name="Entry">The same for the journal.</param>
/// <param name="Waiting">Who is told <see cref="Committed"/> or <see cref="CommitFailed"/>; null where it was acknowledged at once (relaxed durability).</param>
internal sealed record Commit(
    RequestQueue Requests, KeySessions After, IReadOnlyList<DocumentChange> Changes, ReadOnlyMemory<byte> Entry, IActorRef? Waiting);

internal sealed record Committed : INoSerializationVerificationNeeded
{
    public static readonly Committed Instance = new();
}

internal sealed record CommitFailed(JamSessionsException Reason) : INoSerializationVerificationNeeded
{
    public override string ToString() => $"CommitFailed {{ {Reason.GetType().Name} }}";
}

/// <summary>Finish what was accepted, take nothing more, and answer <see cref="Drained"/>.</summary>
internal sealed record Drain : INoSerializationVerificationNeeded
{
    public static readonly Drain Instance = new();
}

internal sealed record Drained : INoSerializationVerificationNeeded
{
    public static readonly Drained Instance = new();
}
