using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Engine;

/// <summary>From the key actors to the persistence actor: the batch that is being filled while others are written.</summary>
/// <remarks>The persistence actor is told once that something waits, however much that is: to wake it takes longer than to decide.</remarks>
/// <param name="durability">What an acknowledgement promises.</param>
/// <param name="time">Says when what waits began to wait.</param>
internal sealed class CommitQueue(Durability durability, TimeProvider time)
{
    /// <summary>So much is written as one batch.</summary>
    public const int BatchBytes = 4 << 20;

    // Acknowledged, but not written: from here on even relaxed callers wait for the disk.
    private const long MaxUnwrittenBytes = 16 * BatchBytes;

    // So much may lie about with its documents; then the persistence actor collects it.
    private const int CollectBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<CommitBatch> _full = [];
    private CommitBatch _open = new();
    private CommitBatch? _spare;
    private long _bytes;
    private long _since;
    private News _told;
    private bool _isHeldUp;
    private bool _isClosed;

    private enum News
    {
        Nothing,
        SomethingWaits,
        Collect,
        WriteNow,
    }

    /// <summary>Set while the disk refuses what was acknowledged already: until that is written, nothing more is acknowledged before it is.</summary>
    public bool IsHeldUp
    {
        get => Volatile.Read(ref _isHeldUp);
        set => Volatile.Write(ref _isHeldUp, value);
    }

    /// <summary>When the first commit came of which the persistence actor was told since the queue was last found empty: a timestamp.</summary>
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

    /// <summary>Adds a commit, and tells the persistence actor where it does not know yet; false where that takes no more.</summary>
    /// <param name="entry">What the journal will hold of it; copied.</param>
    /// <param name="changes">The same as documents.</param>
    /// <param name="waiting">Who is told <see cref="Committed"/> or <see cref="CommitFailed"/>; null where it was acknowledged at once.</param>
    /// <param name="persistence">The persistence actor.</param>
    public bool TryAdd(ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, IActorRef? waiting, IActorRef persistence)
    {
        News news;
        lock (_lock)
        {
            if (_isClosed)
            {
                return false;
            }

            if (!_open.IsEmpty && (_open.Length >= BatchBytes || _open.IsAwaited != (waiting is not null)))
            {
                _full.Enqueue(_open);
                _open = TakeSpare();
            }

            _bytes -= _open.Length;
            _open.Add(entry, changes, waiting);
            _bytes += _open.Length;
            news = waiting is not null ? News.WriteNow : _bytes > CollectBytes ? News.Collect : News.SomethingWaits;
            if (news <= _told)
            {
                return true;
            }

            // Once for each time that it is told, and not for each commit: to read the clock takes as long as to decide.
            _since = _told == News.Nothing ? time.GetTimestamp() : _since;
            _told = news;
        }

        persistence.Tell(news == News.WriteNow ? WriteBatch.Instance : CollectBatch.Instance, ActorRefs.NoSender);
        return true;
    }

    /// <summary>Takes out the oldest batch; false where there is none. Only the persistence actor calls this, until it is false.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="comesBack">Whether it looks again by itself before long: until then it is told only of those who wait, and of much.</param>
    public bool TryTake([NotNullWhen(true)] out CommitBatch? batch, bool comesBack = false)
    {
        lock (_lock)
        {
            if (!_full.TryDequeue(out batch))
            {
                if (_open.IsEmpty)
                {
                    _told = comesBack ? News.SomethingWaits : News.Nothing;
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
