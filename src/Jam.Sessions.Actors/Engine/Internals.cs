using Akka.Actor;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Engine;

/// <summary>From a key actor: make these changes durable, then visible. Answer: <see cref="Committed"/> or <see cref="CommitFailed"/>.</summary>
internal sealed record Commit(string Owner, KeySessions After, IReadOnlyCollection<DocumentChange> Changes, ReadOnlyMemory<byte> Entry)
    : INoSerializationVerificationNeeded
{
    public override string ToString() => $"Commit {{ {Changes.Count} changes }}";
}

internal sealed record Committed : INoSerializationVerificationNeeded
{
    public static readonly Committed Instance = new();
}

internal sealed record CommitFailed(JamSessionsException Reason) : INoSerializationVerificationNeeded
{
    public override string ToString() => $"CommitFailed {{ {Reason.GetType().Name} }}";
}

/// <summary>From the manager's sweep: say so if you have nothing to do.</summary>
internal sealed record ReportIdle : INoSerializationVerificationNeeded
{
    public static readonly ReportIdle Instance = new();
}

/// <summary>From a key actor: nothing is pending, and this many commands have been answered.</summary>
internal sealed record Idle(string Owner, long Answered) : INoSerializationVerificationNeeded
{
    public override string ToString() => $"Idle {{ Answered = {Answered} }}";
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
