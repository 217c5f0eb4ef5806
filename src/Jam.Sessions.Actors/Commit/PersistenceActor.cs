using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Runs the <see cref="CommitWriter"/>: a message is a call; time, other threads and the log are what an engine has.</summary>
/// <remarks>It has a thread of its own: a sync blocks for milliseconds, and nothing that waits for it may wait for the host.</remarks>
internal sealed class PersistenceActor : UntypedActor, IWriterHost
{
    private readonly EngineThreads _threads;
    private readonly CommitWriter _writer;
    private readonly TimeSpan _snapshotInterval;
    private readonly EngineLog _log = new(Context.GetLogger());
    private readonly IActorRef _self;
    private readonly Alarm _alarm;
    private bool _isWritePlanned;
    private bool _isTryPlanned;
    private long? _refusalLogged;

    private PersistenceActor(IJournaledStore store, CommitQueue commits, ResolvedOptions options, EngineThreads threads, EngineTelemetry telemetry)
    {
        _self = Self;
        _threads = threads;
        _alarm = new Alarm(Self, threads.Writer.After);
        _writer = new CommitWriter(store, commits, WriterSettings.Of(options), this, telemetry.Health, telemetry.Writer);
        _snapshotInterval = options.SnapshotInterval;
    }

    public static Props Props(IJournaledStore store, CommitQueue commits, ResolvedOptions options, EngineThreads threads, EngineTelemetry telemetry) =>
        Akka.Actor.Props.CreateBy(new Producer<PersistenceActor>(() => new PersistenceActor(store, commits, options, threads, telemetry)));

    protected override void PreStart()
    {
        PlanSnapshot();
        _writer.Start();
    }

    protected override void PostStop()
    {
        _alarm.Stop();
        _writer.Close();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Woken woken:
                _writer.Wake(woken.Reason);
                break;
            case WriteDue:
                _isWritePlanned = false;
                _writer.Wake(WakeReason.Write);
                break;
            case TryDiskDue:
                _isTryPlanned = false;
                _writer.TryDisk();
                break;
            case SnapshotDue:
                PlanSnapshot();
                _writer.SnapshotIfChanged();
                break;
            case SnapshotEnded ended:
                _writer.EndSnapshot(ended.Failure);
                break;
            case FlushRequest flush:
                _writer.Flush(flush.Done);
                break;
            case CopyRequest copy:
                _writer.Copy(copy.Done);
                break;
            case CloseRequest close:
                _writer.Drain(close.Done);
                break;
        }
    }

    void IWriterHost.WakeSoon(WakeReason reason) => _self.Tell(Woken.For(reason), ActorRefs.NoSender);

    void IWriterHost.WriteAfter(TimeSpan delay)
    {
        if (!_isWritePlanned)
        {
            _isWritePlanned = true;
            _alarm.Tell(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, WriteDue.Instance);
        }
    }

    void IWriterHost.TryDiskAfter(TimeSpan delay)
    {
        if (!_isTryPlanned)
        {
            _isTryPlanned = true;
            _alarm.Tell(delay, TryDiskDue.Instance);
        }
    }

    void IWriterHost.Tell(List<ICommitWaiter> waiters, SessionStoreException? refusal) => new Outcome(waiters, refusal).TellOn(_threads.Workers);

    void IWriterHost.WriteInBackground(ISnapshot snapshot) => LowPriorityThread.Run(
        LowPriorityThread.Background,
        $"jam.sessions.snapshot of {_threads.Writer.Id}",
        snapshot.Write,
        failure => _self.Tell(failure is null ? SnapshotEnded.Well : new SnapshotEnded(failure), ActorRefs.NoSender));

    /// <remarks>A full disk refuses every change of every caller, and the log may stand on the same disk: a word a minute, until it takes changes again.</remarks>
    void IWriterHost.Log(Exception? cause, LogLine line, params object[] values)
    {
        if (line == LogLines.DiskTakes)
        {
            _refusalLogged = null;
        }
        else if (line == LogLines.DiskRefuses)
        {
            if (_refusalLogged is { } logged && Stopwatch.GetElapsedTime(logged) < TimeSpan.FromMinutes(1))
            {
                return;
            }

            _refusalLogged = Stopwatch.GetTimestamp();
        }

        _log.Write(cause, line, values);
    }

    private void PlanSnapshot()
    {
        if (_snapshotInterval != Timeout.InfiniteTimeSpan)
        {
            _alarm.Tell(_snapshotInterval, SnapshotDue.Instance);
        }
    }
}
