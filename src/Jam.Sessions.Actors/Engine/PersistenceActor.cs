using System.Diagnostics.CodeAnalysis;
using Akka;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Storage;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Engine;

/// <summary>The one writer: makes what the key actors decided durable, and tells those who wait; takes snapshots beside that.</summary>
/// <remarks>
/// It has a thread of its own and is told as soon as something waits: whatever arrives during one sync becomes the next batch, so batches
/// grow with the load and nobody waits for a timer. With relaxed durability nobody waits, and the flush interval makes the batches: it counts from
/// the oldest change that is not written, so what was acknowledged is durable after the interval or the sync under way, whichever is longer, and
/// one more sync. Each round takes what was there when it began, so that neither that nor other messages wait for ever.
/// </remarks>
internal sealed class PersistenceActor : UntypedActor, IWithTimers
{
    private readonly SessionStore _store;
    private readonly FileOrder _order;
    private readonly CommitQueue _commits;
    private readonly ResolvedOptions _options;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<CommitBatch> _batches = [];
    private readonly List<IActorRef> _awaitingSnapshot = [];
    private readonly List<IActorRef> _awaitingNextSnapshot = [];
    private SnapshotInProgress? _snapshot;
    private long _snapshotNotBefore;
    private long? _unwrittenSince;
    private bool _isClosed;
    private IActorRef? _drainRequester;

    private PersistenceActor(SessionStore store, FileOrder order, CommitQueue commits, ResolvedOptions options)
    {
        _store = store;
        _order = order;
        _commits = commits;
        _options = options;
    }

    public static Props Props(SessionStore store, FileOrder order, CommitQueue commits, ResolvedOptions options) =>
        Akka.Actor.Props.CreateBy(new Producer<PersistenceActor>(() => new PersistenceActor(store, order, commits, options)));

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
        else if (_store.ReplacedDocuments > 0)
        {
            // Clearing its key does not find a document that gave way, and jam would serve it from the file.
            BeginSnapshot();
        }
    }

    protected override void PostStop() => Close();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FlushSessions when _isClosed:
                Sender.Tell(new Status.Failure(new SessionsStoppingException()));
                break;
            case not Drain when _isClosed:
                // The file may be another engine's by now.
                break;
            case WriteBatch:
                Write();
                SnapshotIfDue();
                break;
            case CollectBatch:
                Collect();
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
                _snapshot?.Hurry();
                CloseWhenCovered();
                break;
        }
    }

    /// <summary>Relaxed durability: keeps what was acknowledged as the bytes of the next line, which is written when the flush interval is over.</summary>
    private void Collect()
    {
        _unwrittenSince ??= _commits.Since;
        while (UntilDue() > TimeSpan.Zero)
        {
            if (!TryPeek(out var batch, comesBack: true))
            {
                WriteLater(UntilDue());
                return;
            }

            if (batch.IsAwaited)
            {
                break;
            }

            if (Collect(batch) is { } reason)
            {
                Refuse(reason);
                return;
            }
        }

        Write();
    }

    /// <summary>How long the oldest change that is not written may wait on.</summary>
    private TimeSpan UntilDue() => _options.FlushInterval - _options.TimeProvider.GetElapsedTime(_unwrittenSince ?? _options.TimeProvider.GetTimestamp());

    private void WriteLater(TimeSpan delay)
    {
        if (!Timers.IsTimerActive(nameof(WriteBatch)))
        {
            Timers.StartSingleTimer(nameof(WriteBatch), WriteBatch.Instance, delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        }
    }

    /// <summary>Writes all that was handed over until now; null, or why the disk refused.</summary>
    private SessionStoreException? Write()
    {
        var now = _options.TimeProvider.GetTimestamp();
        var failure = WriteAll();
        if (failure is not null)
        {
            Refuse(failure);
            return failure;
        }

        _commits.IsHeldUp = false;
        _unwrittenSince = null;
        if (TryPeek(out var next))
        {
            // It came while this was written.
            _unwrittenSince = now;
            Self.Tell(next.IsAwaited ? WriteBatch.Instance : CollectBatch.Instance, ActorRefs.NoSender);
        }

        return null;
    }

    private SessionStoreException? WriteAll()
    {
        for (var left = _batches.Count + _commits.Count; left > 0 && TryPeek(out var batch); left--)
        {
            if ((batch.IsAwaited ? WriteAwaited(batch) : Collect(batch)) is { } failure)
            {
                return failure;
            }
        }

        return Try(_store.Commit);
    }

    /// <summary>Takes an acknowledged batch over into the line that is open, if that takes it.</summary>
    private SessionStoreException? Collect(CommitBatch batch)
    {
        if ((_store.WasRefused || _store.OpenBytes >= CommitQueue.BatchBytes) && Try(_store.Commit) is { } failure)
        {
            return failure;
        }

        _store.Add(batch.Entries);
        Settle(batch);
        return null;
    }

    private SessionStoreException? WriteAwaited(CommitBatch batch)
    {
        if (Try(_store.Commit) is { } refusedBefore)
        {
            return refusedBefore;
        }

        _store.Add(batch.Entries);
        if (Try(_store.Commit) is { } failure)
        {
            _store.Discard();
            return failure;
        }

        batch.Tell(Committed.Instance);
        Settle(batch);
        return null;
    }

    private void Settle(CommitBatch batch)
    {
        _order.Apply(batch.Changes);
        _batches.Dequeue();
        _commits.Return(batch);
    }

    private bool TryPeek([NotNullWhen(true)] out CommitBatch? batch, bool comesBack = false)
    {
        if (!_batches.TryPeek(out batch) && _commits.TryTake(out batch, comesBack))
        {
            _batches.Enqueue(batch);
        }

        return batch is not null;
    }

    /// <summary>Who waits is told; what was acknowledged is kept, and tried again.</summary>
    private void Refuse(SessionStoreException reason)
    {
        _log.Error(reason, "jam.sessions: the disk refused changes; callers that wait know, acknowledged ones (durability is relaxed) are tried again. Free or mend the disk");
        _commits.IsHeldUp = true;
        while (_commits.TryTake(out var batch))
        {
            _batches.Enqueue(batch);
        }

        for (var count = _batches.Count; count > 0; count--)
        {
            var batch = _batches.Dequeue();
            if (batch.IsAwaited)
            {
                batch.Tell(new CommitFailed(reason));
                _commits.Return(batch);
            }
            else
            {
                _batches.Enqueue(batch);
            }
        }

        if (_store.OpenBytes > 0 || _batches.Count > 0)
        {
            WriteLater(_options.FlushInterval);
        }
    }

    private void Flush(IActorRef requester)
    {
        if (_snapshot is not null)
        {
            _awaitingNextSnapshot.Add(requester);
            return;
        }

        if (Write() is { } reason)
        {
            requester.Tell(new Status.Failure(reason));
        }
        else if (!_store.HasLeftovers)
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
            BeginSnapshot(isThorough: false);
        }
    }

    private void SnapshotIfChanged()
    {
        if (_snapshot is null && Write() is null && _store.HasLeftovers)
        {
            BeginSnapshot();
        }
    }

    /// <summary>A snapshot holds what the journal holds: whatever is open is written first.</summary>
    /// <param name="isThorough">Whether nothing that was deleted may be left; a store that is busy does without, to use its journals' files again.</param>
    private void BeginSnapshot(bool isThorough = true)
    {
        if ((Write() ?? Try(() => _snapshot = _store.BeginSnapshot(_order.Capture(), isThorough))) is { } e)
        {
            EndSnapshot(e);
            return;
        }

        _snapshot!.WriteInBackground().PipeTo(Self, success: file => new SnapshotWritten(file), failure: reason => new SnapshotFailed(reason));
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
        CloseWhenCovered(failure);
    }

    /// <param name="failure">Why the last snapshot failed; null where it did not.</param>
    private void CloseWhenCovered(Exception? failure = null)
    {
        if (_drainRequester is null || _snapshot is not null)
        {
            return;
        }

        var refusal = Write();
        if (refusal is null && failure is null && _store.HasUncoveredBatches)
        {
            BeginSnapshot();
            return;
        }

        Close();
        _drainRequester.Tell((refusal ?? failure) is { } reason ? new Drained(Shortfall(reason)) : Drained.Instance);
        _drainRequester = null;
    }

    private SessionStoreException? Shortfall(Exception reason) =>
        _store.OpenBytes > 0 || _batches.Count > 0 ? new SessionStoreException(
            _options.JsonPath,
            $"{_options.JsonPath}: the disk refused to the end what was acknowledged with relaxed durability, and that is lost ({reason.Message}). Mend the disk before the next start.",
            reason)
        : _store.HasUncoveredBatches ? new SessionStoreException(
            _options.JsonPath,
            $"{_options.JsonPath} could not be written at the end ({reason.Message}). Everything acknowledged is in the journal beside it, which the next start reads: keep both.",
            reason)
        : null;

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
        _commits.Close();
        Write();
        if (Try(_store.Dispose) is { } e)
        {
            _log.Error(e, "jam.sessions: {Path} could not be let go of properly; everything acknowledged is in it or in its journal", _options.JsonPath);
        }
    }
}
