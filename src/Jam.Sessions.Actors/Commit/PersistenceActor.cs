using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Runs the <see cref="CommitWriter"/>: a message is a call; timers, the log and other threads are Akka's.</summary>
/// <remarks>It has a thread of its own (<see cref="WriterThread"/>): a sync blocks for milliseconds.</remarks>
internal sealed class PersistenceActor : UntypedActor, IWithTimers, IWriterHost
{
    private readonly CommitWriter _writer;
    private readonly TimeSpan _snapshotInterval;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    private PersistenceActor(IJournaledStore store, CommitQueue commits, ResolvedOptions options)
    {
        _writer = new CommitWriter(store, commits, WriterSettings.Of(options), this);
        _snapshotInterval = options.SnapshotInterval;
    }

    public static Props Props(IJournaledStore store, CommitQueue commits, ResolvedOptions options) =>
        Akka.Actor.Props.CreateBy(new Producer<PersistenceActor>(() => new PersistenceActor(store, commits, options)));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_snapshotInterval != Timeout.InfiniteTimeSpan)
        {
            Timers.StartPeriodicTimer(nameof(SnapshotDue), SnapshotDue.Instance, _snapshotInterval);
        }

        _writer.Start();
    }

    protected override void PostStop() => _writer.Close();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Woken woken:
                _writer.Wake(woken.Reason);
                break;
            case SnapshotDue:
                _writer.SnapshotIfChanged();
                break;
            case SnapshotEnded ended:
                _writer.EndSnapshot(ended.Failure);
                break;
            case FlushRequest flush:
                _writer.Flush(flush.Done);
                break;
            case CloseRequest close:
                _writer.Drain(close.Done);
                break;
        }
    }

    void IWriterHost.WakeSoon(WakeReason reason) => Self.Tell(Woken.For(reason), ActorRefs.NoSender);

    void IWriterHost.WriteAfter(TimeSpan delay)
    {
        if (!Timers.IsTimerActive(nameof(Woken)))
        {
            Timers.StartSingleTimer(nameof(Woken), Woken.For(WakeReason.Write), delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        }
    }

    void IWriterHost.Tell(List<ICommitWaiter> waiters, SessionStoreException? refusal) =>
        ThreadPool.UnsafeQueueUserWorkItem(new Outcome(waiters, refusal), preferLocal: false);

    void IWriterHost.WriteInBackground(ISnapshot snapshot) => LowPriorityThread.Run(snapshot.Write)
        .PipeTo(Self, success: () => SnapshotEnded.Well, failure: reason => new SnapshotEnded(reason));

    void IWriterHost.Info(string template, params object[] values) => _log.Info(template, values);

    void IWriterHost.Error(Exception reason, string template, params object[] values) => _log.Error(reason, template, values);
}
