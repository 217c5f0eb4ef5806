using System.Diagnostics;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Commit;

/// <summary>The one writer: makes what the key actors decided durable, and tells those who wait; takes snapshots beside that.</summary>
/// <remarks>
/// It is woken as soon as something waits: whatever arrives during one sync becomes the next batch, so batches grow with the load and nobody
/// waits for a timer. With relaxed durability nobody waits, and the flush interval makes the batches: it counts from the oldest change that is
/// not written, so what was acknowledged is durable after the interval or the sync under way, whichever is longer, and one more sync. Each
/// round takes what was there when it began, so that neither that nor other calls wait for ever.
/// One call at a time; no thread, timer or actor of its own (<see cref="IWriterHost"/>).
/// </remarks>
/// <param name="store">What it writes to.</param>
/// <param name="commits">What it writes.</param>
/// <param name="settings">What it goes by.</param>
/// <param name="host">Who runs it.</param>
/// <param name="health">Is told how the disk is.</param>
/// <param name="telemetry">Hears of commits and snapshots; null: nobody does.</param>
internal sealed class CommitWriter(
    IJournaledStore store, CommitQueue commits, WriterSettings settings, IWriterHost host, StoreHealth health, WriterTelemetry? telemetry = null)
{
    private readonly Queue<CommitBatch> _batches = [];
    private readonly List<ICommitNotice> _unwritten = [];
    private readonly List<Action<JamSessionsException?>> _awaitingSnapshot = [];
    private readonly List<Action<JamSessionsException?>> _awaitingNextSnapshot = [];
    private SnapshotPolicy _policy = new(settings.SnapshotJournalBytes);
    private ISnapshot? _snapshot;
    private long? _unwrittenSince;
    private int _openChanges;
    private long _snapshotBegan;
    private bool _isClosed;
    private Action<SessionStoreException?>? _closeRequester;

    /// <summary>The first call.</summary>
    public void Start()
    {
        if (store.ReasonToRewrite is { } reason)
        {
            host.Log(cause: null, LogLines.WrittenAnew, store.Path, reason);
            BeginSnapshot();
        }
    }

    /// <summary>Something waits in the queue, or has waited long enough.</summary>
    public void Wake(WakeReason reason)
    {
        if (_isClosed)
        {
            // The file may be another engine's by now.
            return;
        }

        if (reason == WakeReason.Write)
        {
            Write();
        }
        else
        {
            Collect();
        }

        SnapshotIfDue();
    }

    /// <summary>The snapshot interval is over.</summary>
    public void SnapshotIfChanged()
    {
        if (!_isClosed && _snapshot is null && Write() is null && store.HasLeftovers)
        {
            BeginSnapshot();
        }
    }

    /// <summary>While the disk is known to refuse: whether it takes something again, so that nobody's change must be the one that finds out.</summary>
    public void TryDisk()
    {
        // What is written first may be what the disk takes.
        if (_isClosed || !health.IsRefused || Write() is not null || !health.IsRefused)
        {
            return;
        }

        if (Try(store.TryDisk) is null)
        {
            IsTaken();
        }
        else
        {
            host.TryDiskAfter(StoreHealth.TryAgainAfter);
        }
    }

    /// <summary>Writes what waits, and rewrites the file where anything is beside it.</summary>
    public void Flush(Action<JamSessionsException?> done)
    {
        if (_isClosed)
        {
            done(new SessionsStoppingException());
        }
        else if (_snapshot is not null)
        {
            _awaitingNextSnapshot.Add(done);
        }
        else if (Write() is { } refusal)
        {
            done(refusal);
        }
        else if (!store.HasLeftovers)
        {
            done(null);
        }
        else
        {
            _awaitingSnapshot.Add(done);
            BeginSnapshot();
        }
    }

    /// <summary>Writes what waits, and hands out a copy of all that is written. It holds whatever was acknowledged before this call, and no half of a change.</summary>
    public void Copy(Action<IStoreCopy?, JamSessionsException?> done)
    {
        if (_isClosed)
        {
            done(null, new SessionsStoppingException());
        }
        else if (Write() is { } refusal)
        {
            done(null, refusal);
        }
        else
        {
            done(store.BeginCopy(), null);
        }
    }

    /// <summary>Writes what waits, rewrites the file, takes nothing more and lets go of the file; at once, or after the snapshot under way.</summary>
    public void Drain(Action<SessionStoreException?> done)
    {
        _closeRequester = done;
        _snapshot?.Hurry();
        CloseWhenCovered();
    }

    /// <summary>Lets go of the file without a snapshot: the journal holds what the file lacks.</summary>
    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        commits.Close();
        Write();
        if (Try(store.Dispose) is { } e)
        {
            host.Log(e, LogLines.LetGoBadly, store.Path);
        }
    }

    /// <summary>The snapshot that <see cref="IWriterHost.WriteInBackground"/> was given is written, or has failed.</summary>
    public void EndSnapshot(Exception? failure)
    {
        if (_isClosed)
        {
            return;
        }

        var (snapshot, keys) = (_snapshot!, store.KeysNeeded);
        if (failure is null && Try(() => store.Complete(snapshot)) is { } refusal)
        {
            snapshot.Discard();
            failure = refusal;
        }

        if (failure is null)
        {
            host.Log(cause: null, LogLines.SnapshotDone, store.Path, snapshot.Covers);
            foreach (var key in keys.Except(store.KeysNeeded))
            {
                host.Log(cause: null, LogLines.KeyNotNeeded, key, store.Path);
            }
        }

        ConcludeSnapshot(failure as JamSessionsException ?? (failure is null ? null : Unexpected(failure)));
    }

    /// <summary>Relaxed durability: keeps what was acknowledged as the bytes of the next line, which is written when the flush interval is over.</summary>
    private void Collect()
    {
        _unwrittenSince ??= commits.Since;
        while (UntilDue() > TimeSpan.Zero)
        {
            if (_batches.Count == 0)
            {
                commits.Take(_batches, willPollAgain: true);
            }

            if (!_batches.TryPeek(out var batch))
            {
                host.WriteAfter(UntilDue());
                return;
            }

            if (batch.IsAwaited)
            {
                break;
            }

            if (Collect(batch) is { } reason)
            {
                FailBatches(reason);
                return;
            }
        }

        Write();
    }

    /// <summary>How long the oldest change that is not written may wait on.</summary>
    private TimeSpan UntilDue() => settings.FlushInterval - settings.TimeProvider.GetElapsedTime(_unwrittenSince ?? settings.TimeProvider.GetTimestamp());

    /// <summary>Writes all that was handed over until now; null, or why the disk refused.</summary>
    private SessionStoreException? Write()
    {
        var now = settings.TimeProvider.GetTimestamp();
        var failure = WriteAll();
        if (failure is not null)
        {
            FailBatches(failure);
            return failure;
        }

        commits.IsHeldUp = false;
        _unwrittenSince = null;
        health.Keeps(since: null);
        if (commits.Look(taken: now) is not WakeReason.None and var reason)
        {
            // It came while this was written.
            _unwrittenSince = now;
            host.WakeSoon(reason);
        }

        return null;
    }

    private SessionStoreException? WriteAll()
    {
        commits.Take(_batches);
        while (_batches.TryPeek(out var batch))
        {
            if ((batch.IsAwaited ? WriteAwaited(batch) : Collect(batch)) is { } failure)
            {
                return failure;
            }
        }

        return CommitOpen();
    }

    /// <summary>Makes the line durable that acknowledged changes are in, if there is one.</summary>
    private SessionStoreException? CommitOpen()
    {
        var failure = Commit(_unwritten, _openChanges);
        if (failure is null)
        {
            _unwritten.ForEach(notice => notice.Durable());
            _unwritten.Clear();
            _openChanges = 0;
        }

        return failure;
    }

    private SessionStoreException? Commit(List<ICommitNotice> notices, int changes)
    {
        if (store.OpenBytes == 0)
        {
            return null;
        }

        var watch = telemetry?.Begin(RecordedIn(notices));
        var failure = Try(store.Commit);
        telemetry?.End(watch.GetValueOrDefault(), changes, failure);
        if (failure is null && health.IsRefused)
        {
            IsTaken();
        }

        return failure;
    }

    /// <summary>The recorded commands of a commit, as many as its span may name.</summary>
    private static List<ActivityContext> RecordedIn(List<ICommitNotice> notices) =>
        Spans.AreHeard ? notices.SelectMany(static notice => notice.Commands).Take(Spans.MaxLinks).ToList() : [];

    private void IsTaken()
    {
        health.Taken();
        host.Log(cause: null, LogLines.DiskTakes, store.Path);
    }

    /// <summary>Takes an acknowledged batch over into the line that is open, if that takes it.</summary>
    private SessionStoreException? Collect(CommitBatch batch)
    {
        if ((store.WasRefused || store.OpenBytes >= CommitQueue.BatchBytes) && CommitOpen() is { } failure)
        {
            return failure;
        }

        store.Add(batch.Entries);
        _unwritten.AddRange(batch.Notices);
        _openChanges += batch.Changes.Length;
        Settle(batch);
        return null;
    }

    private SessionStoreException? WriteAwaited(CommitBatch batch)
    {
        if (CommitOpen() is { } refusedBefore)
        {
            return refusedBefore;
        }

        store.Add(batch.Entries);
        if (Commit(batch.Notices, batch.Changes.Length) is { } failure)
        {
            store.Discard();
            return failure;
        }

        batch.Notices.ForEach(notice => notice.Durable());
        host.Tell(batch.TakeWaiters(), refusal: null);
        Settle(batch);
        return null;
    }

    private void Settle(CommitBatch batch)
    {
        store.Settle(batch.Changes);
        _batches.Dequeue();
        commits.Return(batch);
    }

    /// <summary>Who waits is told; what was acknowledged is kept, and tried again.</summary>
    private void FailBatches(SessionStoreException reason)
    {
        host.Log(reason, LogLines.DiskRefuses);
        commits.IsHeldUp = true;
        health.Refused();
        host.TryDiskAfter(StoreHealth.TryAgainAfter);
        var now = settings.TimeProvider.GetTimestamp();
        commits.Take(_batches);
        for (var count = _batches.Count; count > 0; count--)
        {
            var batch = _batches.Dequeue();
            if (batch.IsAwaited)
            {
                host.Tell(batch.TakeWaiters(), reason);
                commits.Return(batch);
            }
            else
            {
                _batches.Enqueue(batch);
            }
        }

        if (store.OpenBytes > 0 || _batches.Count > 0)
        {
            health.Keeps(_unwrittenSince ??= now);
            host.WriteAfter(settings.FlushInterval);
        }

        if (commits.Look(taken: now) is not WakeReason.None and var next)
        {
            host.WakeSoon(next);
        }
    }

    private void SnapshotIfDue()
    {
        if (_snapshot is null && _policy.IsDue(store.UncoveredBytes, store.SnapshotBytes))
        {
            BeginSnapshot(eraseHistory: false);
        }
    }

    /// <summary>A snapshot holds what the journal holds: whatever is open is written first.</summary>
    private void BeginSnapshot(bool eraseHistory = true)
    {
        var isLast = _closeRequester is not null;
        _snapshotBegan = Stopwatch.GetTimestamp();
        if ((Write() ?? Try(() => _snapshot = store.BeginSnapshot(eraseHistory, isLast))) is { } e)
        {
            ConcludeSnapshot(e);
            return;
        }

        host.WriteInBackground(_snapshot!);
    }

    private void ConcludeSnapshot(JamSessionsException? failure)
    {
        _snapshot = null;
        telemetry?.Snapshot(_snapshotBegan, failure);
        if (failure is null)
        {
            _policy.Succeeded();
            health.SnapshotSucceeded();
        }
        else
        {
            _policy.Failed(store.UncoveredBytes);
            health.SnapshotFailed();
            host.Log(failure, LogLines.SnapshotFailed, store.Path);
        }

        var waiting = _awaitingSnapshot.ToList();
        _awaitingSnapshot.Clear();
        waiting.ForEach(done => done(failure));
        if (_awaitingNextSnapshot.Count > 0)
        {
            // One snapshot for all of them.
            var next = _awaitingNextSnapshot.ToList();
            _awaitingNextSnapshot.Clear();
            Flush(reason => next.ForEach(done => done(reason)));
        }

        CloseWhenCovered(failure);
    }

    /// <param name="failure">Why the last snapshot failed; null where it did not.</param>
    private void CloseWhenCovered(JamSessionsException? failure = null)
    {
        if (_closeRequester is not { } done || _snapshot is not null)
        {
            return;
        }

        var refusal = _isClosed ? null : Write();
        if (!_isClosed && refusal is null && failure is null && (store.HasUncoveredBatches || store.HasInexactTimes))
        {
            BeginSnapshot();
            return;
        }

        _closeRequester = null;
        Close();
        done((refusal ?? failure) is { } reason ? Shortfall(reason) : null);
    }

    private SessionStoreException? Shortfall(JamSessionsException reason) =>
        store.OpenBytes > 0 || _batches.Count > 0 ? new SessionStoreException(
            store.Path,
            $"{store.Path}: the disk refused to the end what was acknowledged with relaxed durability, and that is lost ({reason.Message}). Mend the disk before the next start.",
            reason)
        : store.HasUncoveredBatches ? new SessionStoreException(
            store.Path,
            $"{store.Path} could not be written at the end ({reason.Message}). Everything acknowledged is in the journal beside it, which the next start reads: keep both.",
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
            return Unexpected(e);
        }
    }

    private SessionStoreException Unexpected(Exception e) => new(store.Path, $"{store.Path}: writing failed unexpectedly ({e.GetType().Name})", e);
}
