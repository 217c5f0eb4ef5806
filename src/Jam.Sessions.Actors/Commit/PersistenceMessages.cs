using Akka.Actor;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Commit;

// What the persistence actor is told by the log and by itself.

/// <summary>Look into the queue.</summary>
internal sealed record Woken(WakeReason Reason) : INoSerializationVerificationNeeded
{
    private static readonly Woken s_collect = new(WakeReason.Collect);
    private static readonly Woken s_write = new(WakeReason.Write);

    public static Woken For(WakeReason reason) => reason == WakeReason.Write ? s_write : s_collect;
}

/// <summary>What waited has waited long enough.</summary>
internal sealed record WriteDue : INoSerializationVerificationNeeded
{
    public static readonly WriteDue Instance = new();
}

/// <summary>The disk has refused: whether it takes something again.</summary>
internal sealed record TryDiskDue : INoSerializationVerificationNeeded
{
    public static readonly TryDiskDue Instance = new();
}

/// <summary>The snapshot interval is over.</summary>
internal sealed record SnapshotDue : INoSerializationVerificationNeeded
{
    public static readonly SnapshotDue Instance = new();
}

/// <summary>The temporary file is complete, or could not be written.</summary>
internal sealed record SnapshotEnded(Exception? Failure) : INoSerializationVerificationNeeded
{
    public static readonly SnapshotEnded Well = new(Failure: null);
}

/// <summary>Write the JSON file.</summary>
internal sealed record FlushRequest(Action<JamSessionsException?> Done) : IAwaitsAnswer, INoSerializationVerificationNeeded
{
    public void Reject(IActorRef self) => Done(new SessionsStoppingException());
}

/// <summary>Take a copy of the sessions.</summary>
internal sealed record CopyRequest(Action<IStoreCopy?, JamSessionsException?> Done) : IAwaitsAnswer, INoSerializationVerificationNeeded
{
    public void Reject(IActorRef self) => Done(null, new SessionsStoppingException());
}

/// <summary>Write the JSON file, and let go of it.</summary>
internal sealed record CloseRequest(Action<SessionStoreException?> Done) : IAwaitsAnswer, INoSerializationVerificationNeeded
{
    /// <summary>The actor let go of the file as it stopped.</summary>
    public void Reject(IActorRef self) => Done(null);
}
