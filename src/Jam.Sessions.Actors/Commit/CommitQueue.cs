using System.Diagnostics.CodeAnalysis;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>From the key actors to the writer: the batch that is being filled while others are written.</summary>
/// <remarks>The writer is woken once when something waits, however much that is: to wake it takes longer than to decide.</remarks>
/// <param name="durability">What an acknowledgement promises.</param>
/// <param name="time">Says when what waits began to wait.</param>
internal sealed class CommitQueue(Durability durability, TimeProvider time)
{
    /// <summary>So much is written as one batch.</summary>
    public const int BatchBytes = 4 << 20;

    // Acknowledged, but not written: from here on even relaxed callers wait for the disk.
    private const long MaxUnwrittenBytes = 16 * BatchBytes;

    // So much may lie about with its documents; then the writer collects it.
    private const int CollectBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<CommitBatch> _full = [];
    private CommitBatch _open = new();
    private CommitBatch? _spare;
    private long _bytes;
    private long _since;
    private WakeReason _told;
    private bool _isHeldUp;
    private bool _isClosed;

    /// <summary>Set while the disk refuses what was acknowledged already: until that is written, nothing more is acknowledged before it is.</summary>
    public bool IsHeldUp
    {
        get => Volatile.Read(ref _isHeldUp);
        set => Volatile.Write(ref _isHeldUp, value);
    }

    /// <summary>When the first commit came of which the writer was told since the queue was last found empty: a timestamp.</summary>
    public long Since
    {
        get
        {
            lock (_lock)
            {
                return _since;
            }
        }
    }

    /// <summary>How many batches it holds.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _full.Count + (_open.IsEmpty ? 0 : 1);
            }
        }
    }

    /// <summary>Whether a commit may be acknowledged only once it is on the disk.</summary>
    public bool MustWait => durability == Durability.Durable || IsHeldUp || Volatile.Read(ref _bytes) > MaxUnwrittenBytes;

    /// <summary>Adds a commit; false where the queue is closed.</summary>
    /// <param name="entry">What the journal will hold of it; copied.</param>
    /// <param name="changes">The same as documents.</param>
    /// <param name="waiter">Hears the outcome; null where it was acknowledged at once.</param>
    /// <param name="wake">Why the writer is to be woken for it, if it is.</param>
    public bool TryAdd(ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, out WakeReason wake)
    {
        wake = WakeReason.None;
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            if (!_open.IsEmpty && (_open.Length >= BatchBytes || _open.IsAwaited != (waiter is not null)))
            {
                _full.Enqueue(_open);
                _open = TakeSpare();
            }

            _bytes -= _open.Length;
            _open.Add(entry, changes, waiter);
            _bytes += _open.Length;
            var reason = waiter is not null ? WakeReason.Write : _bytes > CollectBytes ? WakeReason.CollectMany : WakeReason.Collect;
            if (reason > _told)
            {
                // Once for each time that it is told, and not for each commit: to read the clock takes as long as to decide.
                _since = _told == WakeReason.None ? time.GetTimestamp() : _since;
                wake = _told = reason;
            }

            return true;
        }
    }

    /// <summary>Takes out the oldest batch; false where there is none. Only the writer calls this, until it is false.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="willPollAgain">Whether it looks again by itself before long: until then it is told only of those who wait, and of much.</param>
    public bool TryTake([NotNullWhen(true)] out CommitBatch? batch, bool willPollAgain = false)
    {
        lock (_lock)
        {
            if (!_full.TryDequeue(out batch))
            {
                if (_open.IsEmpty)
                {
                    _told = willPollAgain ? WakeReason.Collect : WakeReason.None;
                    return false;
                }

                (batch, _open) = (_open, TakeSpare());
            }

            _bytes -= batch.Length;
            return true;
        }
    }

    /// <summary>Takes no more commits. What it holds can still be taken.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>Gives back a batch that was written.</summary>
    public void Return(CommitBatch batch)
    {
        if (batch.TryReuse())
        {
            lock (_lock)
            {
                _spare = batch;
            }
        }
    }

    private CommitBatch TakeSpare()
    {
        (var spare, _spare) = (_spare, null);
        return spare ?? new CommitBatch();
    }
}
