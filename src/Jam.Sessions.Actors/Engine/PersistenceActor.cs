using Akka;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>The one writer: makes batches of changes durable, publishes them to the table, acknowledges; takes snapshots beside that.</summary>
/// <remarks>
/// It has a thread of its own and tells itself to write as soon as something waits: whatever arrives during one sync becomes the next batch,
/// so batches grow with the load and nobody waits for a timer.
/// </remarks>
internal sealed class PersistenceActor : UntypedActor, IWithTimers
{
    private const int MaxBatchBytes = 8 << 20;

    private readonly SessionStore _store;
    private readonly SessionTable _table;
    private readonly ResolvedOptions _options;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<(Commit Commit, IActorRef Sender)> _batch = [];
    private readonly Queue<ReadOnlyMemory<byte>> _unsynced = new();
    private readonly List<IActorRef> _awaitingSnapshot = [];
    private readonly List<IActorRef> _awaitingNextSnapshot = [];
    private SnapshotInProgress? _snapshot;
    private long _unsyncedBytes;
    private long _snapshotNotBefore;
    private bool _syncFailed;
    private bool _isClosed;
    private IActorRef? _drainRequester;

    public PersistenceActor(SessionStore store, SessionTable table, ResolvedOptions options)
    {
        _store = store;
        _table = table;
        _options = options;
    }

    public static Props Props(SessionStore store, SessionTable table, ResolvedOptions options) =>
        Akka.Actor.Props.CreateBy(new Producer<PersistenceActor>(() => new PersistenceActor(store, table, options)));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_options.SnapshotInterval != Timeout.InfiniteTimeSpan)
        {
            Timers.StartPeriodicTimer(nameof(SnapshotDue), SnapshotDue.Instance, _options.SnapshotInterval);
        }

        if (_store.HasPlainToEncrypt)
        {
            _log.Info("jam.sessions: encrypting the plain data of {Path}", _options.JsonPath);
            BeginSnapshot();
        }
    }

    protected override void PostStop() => Close();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Commit commit when _options.Durability == Durability.Durable:
                Enqueue(commit);
                break;
            case Commit commit:
                AcknowledgeAtOnce(commit);
                break;
            case WriteBatch:
                Write();
                break;
            case SyncDue:
                TrySync();
                SnapshotIfDue();
                break;
            case SnapshotDue:
                SnapshotIfChanged();
                break;
            case SnapshotWritten written:
                CompleteSnapshot(written.File);
                break;
            case SnapshotFailed failed:
                EndSnapshot(failed.Reason);
                break;
            case FlushSessions:
                Flush(Sender);
                break;
            case Drain:
                _drainRequester = Sender;
                CloseWhenCovered();
                break;
        }
    }

    private void Enqueue(Commit commit)
    {
        if (_batch.Count == 0)
        {
            Self.Tell(WriteBatch.Instance);
        }

        _batch.Add((commit, Sender));
    }

    private void Write()
    {
        for (var start = 0; start < _batch.Count;)
        {
            var end = start;
            for (var bytes = 0; end < _batch.Count && (end == start || bytes + _batch[end].Commit.Entry.Length <= MaxBatchBytes); end++)
            {
                bytes += _batch[end].Commit.Entry.Length;
            }

            WriteTogether(_batch[start..end]);
            start = end;
        }

        _batch.Clear();
        SnapshotIfDue();
    }

    private void WriteTogether(List<(Commit Commit, IActorRef Sender)> batch)
    {
        if (Try(() => _store.Commit(batch.Select(item => item.Commit.Entry))) is { } e)
        {
            _log.Error(e, "jam.sessions: {Count} batches of changes were refused by the disk; their callers know, nothing acknowledged is lost. Free or mend the disk", batch.Count);
            batch.ForEach(item => item.Sender.Tell(new CommitFailed(e)));
            return;
        }

        foreach (var (commit, sender) in batch)
        {
            Publish(commit, sender);
        }
    }

    private void Publish(Commit commit, IActorRef sender)
    {
        _table.Publish(commit.Owner, commit.After, commit.Changes);
        sender.Tell(Committed.Instance);
    }

    private void AcknowledgeAtOnce(Commit commit)
    {
        if (_syncFailed && TrySync() is { } reason)
        {
            Sender.Tell(new CommitFailed(reason));
            return;
        }

        Publish(commit, Sender);
        _unsynced.Enqueue(commit.Entry);
        _unsyncedBytes += commit.Entry.Length;
        if (_unsyncedBytes >= MaxBatchBytes)
        {
            TrySync();
            SnapshotIfDue();
        }
        else if (_unsynced.Count == 1)
        {
            Timers.StartSingleTimer(nameof(SyncDue), SyncDue.Instance, _options.FlushInterval);
        }
    }

    /// <summary>Relaxed durability: writes what was acknowledged since the last sync. Null where that worked.</summary>
    private SessionStoreException? TrySync()
    {
        if (_unsynced.Count > 0 && Try(() => _store.Commit(_unsynced)) is { } e)
        {
            _log.Error(e, "jam.sessions: acknowledged changes could not be written yet (durability is relaxed); retrying, and refusing more until it works. Free or mend the disk");
            _syncFailed = true;
            Timers.StartSingleTimer(nameof(SyncDue), SyncDue.Instance, _options.FlushInterval);
            return e;
        }

        _unsynced.Clear();
        _unsyncedBytes = 0;
        _syncFailed = false;
        return null;
    }

    private void Flush(IActorRef requester)
    {
        if (_snapshot is not null)
        {
            _awaitingNextSnapshot.Add(requester);
            return;
        }

        if (TrySync() is { } reason)
        {
            requester.Tell(new Status.Failure(reason));
        }
        else if (!_store.HasUncoveredBatches)
        {
            requester.Tell(Done.Instance);
        }
        else
        {
            _awaitingSnapshot.Add(requester);
            BeginSnapshot();
        }
    }

    private void SnapshotIfDue()
    {
        var threshold = Math.Max(_options.SnapshotJournalBytes, _store.SnapshotBytes);
        if (_snapshot is null && _store.UncoveredBytes >= Math.Max(threshold, _snapshotNotBefore))
        {
            BeginSnapshot();
        }
    }

    private void SnapshotIfChanged()
    {
        if (_snapshot is null && TrySync() is null && _store.HasUncoveredBatches)
        {
            BeginSnapshot();
        }
    }

    private void BeginSnapshot()
    {
        if (Try(() => _snapshot = _store.BeginSnapshot(_table.Capture())) is { } e)
        {
            EndSnapshot(e);
            return;
        }

        Task.Factory.StartNew(_snapshot!.Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .PipeTo(Self, success: file => new SnapshotWritten(file), failure: reason => new SnapshotFailed(reason));
    }

    private void CompleteSnapshot(Fingerprint file)
    {
        var failure = Try(() => _store.Complete(_snapshot!, file));
        if (failure is null)
        {
            _log.Info("jam.sessions: {Path} holds all changes up to batch {Batch}", _options.JsonPath, _snapshot!.Covers);
        }
        else
        {
            _snapshot!.Discard();
        }

        EndSnapshot(failure);
    }

    private void EndSnapshot(Exception? failure)
    {
        _snapshot = null;
        _snapshotNotBefore = failure is null ? 0 : _store.UncoveredBytes + _options.SnapshotJournalBytes;
        if (failure is not null)
        {
            _log.Error(failure, "jam.sessions: no snapshot of {Path}; the journal keeps every change, and it is tried again later", _options.JsonPath);
        }

        _awaitingSnapshot.ForEach(waiting => waiting.Tell(failure is null ? Done.Instance : new Status.Failure(failure)));
        _awaitingSnapshot.Clear();
        var next = _awaitingNextSnapshot.ToList();
        _awaitingNextSnapshot.Clear();
        next.ForEach(Flush);
        CloseWhenCovered(failed: failure is not null);
    }

    private void CloseWhenCovered(bool failed = false)
    {
        if (_drainRequester is null || _snapshot is not null)
        {
            return;
        }

        if (TrySync() is null && !failed && _store.HasUncoveredBatches)
        {
            BeginSnapshot();
            return;
        }

        Close();
        _drainRequester?.Tell(Drained.Instance);
        _drainRequester = null;
    }

    /// <summary>What the store cannot do, as the exception that its callers get. One that nobody foresaw must not end all writing.</summary>
    private SessionStoreException? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (SessionStoreException e)
        {
            return e;
        }
        catch (Exception e)
        {
            return new SessionStoreException(_options.JsonPath, $"{_options.JsonPath}: writing failed unexpectedly ({e.GetType().Name})", e);
        }
    }

    private void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        TrySync();
        if (Try(_store.Dispose) is { } e)
        {
            _log.Error(e, "jam.sessions: {Path} could not be let go of properly; everything acknowledged is in it or in its journal", _options.JsonPath);
        }
    }
}
