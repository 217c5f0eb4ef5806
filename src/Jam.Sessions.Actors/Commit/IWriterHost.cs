using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Whoever runs a <see cref="CommitWriter"/>: calls it, one call at a time, and does for it what takes other threads, timers or a log.</summary>
internal interface IWriterHost
{
    /// <summary>Calls <see cref="CommitWriter.Wake"/> soon, after what is waiting for the writer already.</summary>
    void WakeSoon(WakeReason reason);

    /// <summary>Calls it with <see cref="WakeReason.Write"/> after a delay; nothing where that is planned already.</summary>
    void WriteAfter(TimeSpan delay);

    /// <summary>Calls <see cref="CommitWriter.TryDisk"/> after a delay; nothing where that is planned already.</summary>
    void TryDiskAfter(TimeSpan delay);

    /// <summary>Tells waiters what became of their changes, on another thread: the writer has the next batch to write.</summary>
    /// <param name="waiters">The host's from now on.</param>
    /// <param name="refusal">Null: the changes are durable.</param>
    void Tell(List<ICommitWaiter> waiters, SessionStoreException? refusal);

    /// <summary>Writes the snapshot on another thread, then calls <see cref="CommitWriter.EndSnapshot"/>.</summary>
    void WriteInBackground(ISnapshot snapshot);

    void Log(Exception? cause, LogLine line, params object[] values);
}

/// <summary>Why the writer is woken; each stands for those before it too.</summary>
internal enum WakeReason
{
    None,

    /// <summary>Acknowledged changes wait, and nobody for them: collect them, and write them when the flush interval is over.</summary>
    Collect,

    /// <summary>The same, and they are many: collect them now.</summary>
    CollectMany,

    /// <summary>Somebody waits: write.</summary>
    Write,
}
