using System.Numerics;
using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>From the key actors to the writer: lanes, of which each key has one, and cuts through all of them.</summary>
/// <remarks>
/// <code>
/// lane 0   … e e e │ f f          the writer begins epoch f, then takes of each lane what is of epoch e
/// lane 1   … e e │ f
/// lane 2   … e e e e │            what was acknowledged before another change began is never in a later cut than that one
/// </code>
/// A commit's epoch is read under its lane's lock. So all that is of epoch e is in its lane when the writer comes there; and who begins after
/// an acknowledgement of epoch f finds f, or a later one. In a cut commits stand in the order of their tickets, which is that of their arrival.
/// The writer is woken once when something waits, however much that is: to wake it takes longer than to decide.
/// </remarks>
internal sealed class CommitQueue
{
    /// <summary>So much is written as one line.</summary>
    public const int BatchBytes = 4 << 20;

    private const long NothingWaits = long.MaxValue;

    // Acknowledged, but not written: from here on even relaxed callers wait for the disk.
    private const long MaxUnwrittenBytes = 16 * BatchBytes;

    // So much of a lane may lie about with its documents; then the writer collects it.
    private const int CollectBytes = 64 << 10;

    private readonly Durability _durability;
    private readonly TimeProvider _time;
    private readonly HandOverSteps _steps;
    private readonly Lane[] _lanes;
    private readonly (HandOver? Block, int Place)[] _heads;
    private readonly Stack<CommitBatch> _spares = [];
    private Padded _tickets;
    private int _epoch;
    private int _told;
    private long _since;
    private long _waitingSince = NothingWaits;
    private bool _isHeldUp;

    /// <param name="durability">What an acknowledgement promises.</param>
    /// <param name="time">Says when what waits began to wait.</param>
    /// <param name="lanes">A power of two; null: as many as do not meet often on this machine.</param>
    /// <param name="steps">Null: nobody listens.</param>
    public CommitQueue(Durability durability, TimeProvider time, int? lanes = null, HandOverSteps? steps = null)
    {
        _durability = durability;
        _time = time;
        _steps = steps ?? HandOverSteps.None;
        _lanes = new Lane[lanes ?? (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(2 * Environment.ProcessorCount, 4, 64))];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new Lane();
        }

        _heads = new (HandOver?, int)[_lanes.Length];
    }

    /// <summary>Set while the disk refuses what was acknowledged already: until that is written, nothing more is acknowledged before it is.</summary>
    public bool IsHeldUp
    {
        get => Volatile.Read(ref _isHeldUp);
        set => Volatile.Write(ref _isHeldUp, value);
    }

    /// <summary>When the first commit came of which the writer was told since the queue was last found empty: a timestamp.</summary>
    public long Since => Volatile.Read(ref _since);

    /// <summary>How long something has waited that the writer has not come back to; about. Any thread may ask.</summary>
    public TimeSpan Waiting => Volatile.Read(ref _waitingSince) is var since && since == NothingWaits ? TimeSpan.Zero : _time.GetElapsedTime(since);

    /// <summary>Whether a commit of this owner may be acknowledged only once it is on the disk.</summary>
    /// <param name="ownerHash">Names the lane.</param>
    public bool MustWait(int ownerHash) => _durability == Durability.Durable || !TakesMore(ownerHash);

    /// <summary>Whether the disk keeps up: else nothing is added that nobody waits for.</summary>
    /// <param name="ownerHash">Names the lane.</param>
    public bool TakesMore(int ownerHash) => !IsHeldUp && LaneOf(ownerHash).Bytes <= MaxUnwrittenBytes / _lanes.Length;

    /// <summary>Adds a commit; false where the queue is closed.</summary>
    /// <param name="ownerHash">Names the lane. Commits of one owner share one.</param>
    /// <param name="entry">What the journal will hold of it; copied.</param>
    /// <param name="changes">The same as documents; copied.</param>
    /// <param name="waiter">Hears the outcome; null where it was acknowledged at once.</param>
    /// <param name="wake">Why the writer is to be woken for it, if it is.</param>
    /// <param name="notice">Hears that it is durable, and is not waited for.</param>
    public bool TryAdd(
        int ownerHash, ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, out WakeReason wake, ICommitNotice? notice = null)
    {
        wake = WakeReason.None;
        var lane = LaneOf(ownerHash);
        if (!lane.TryAdd(_steps, ref _epoch, ref _tickets.Value, entry, changes, waiter, notice))
        {
            return false;
        }

        var reason = waiter is not null ? WakeReason.Write : lane.Bytes > CollectBytes ? WakeReason.CollectMany : WakeReason.Collect;
        if ((int)reason > Volatile.Read(ref _told))
        {
            wake = Tell(reason);
        }

        return true;
    }

    /// <summary>Takes all that was added until now, as at most two batches: first what was acknowledged, then what is awaited. Only the writer calls this.</summary>
    /// <param name="batches">Where they go.</param>
    /// <param name="willPollAgain">Whether the writer looks again by itself before long: until then it is told only of those who wait, and of much.</param>
    public void Take(Queue<CommitBatch> batches, bool willPollAgain = false)
    {
        if (willPollAgain)
        {
            Interlocked.Exchange(ref _told, (int)WakeReason.Collect);
        }

        var epoch = Interlocked.Increment(ref _epoch) - 1;
        _steps.Cut();
        var count = 0;
        for (var i = 0; i < _lanes.Length; i++)
        {
            var first = _lanes[i].Take(_steps, epoch);
            _heads[i] = (first, 0);
            for (var block = first; block is not null; block = block.Next)
            {
                count += block.Count;
            }
        }

        if (count > 0)
        {
            Merge(batches, count);
        }
    }

    /// <summary>Why the writer should take again; where that is nothing, it is told from now on. Only the writer calls this.</summary>
    /// <param name="taken">When it last took all that there was, as a timestamp: what waits now came later.</param>
    public WakeReason Look(long taken)
    {
        if (Highest() is not WakeReason.None and var reason)
        {
            Volatile.Write(ref _waitingSince, taken);
            return reason;
        }

        // Before anybody is let in again who says since when.
        Volatile.Write(ref _waitingSince, NothingWaits);

        // Who added after that look and was not told yet finds this; who added before is found by another look.
        Interlocked.Exchange(ref _told, (int)WakeReason.None);
        return Highest() is not WakeReason.None and var late && Tell(late) != WakeReason.None ? late : WakeReason.None;
    }

    /// <summary>Takes no more commits. What it holds can still be taken.</summary>
    public void Close()
    {
        foreach (var lane in _lanes)
        {
            lane.Close();
        }
    }

    /// <summary>Gives back a batch that was written.</summary>
    public void Return(CommitBatch batch)
    {
        if (batch.TryReuse() && _spares.Count < 2)
        {
            _spares.Push(batch);
        }
    }

    private Lane LaneOf(int ownerHash) => _lanes[ownerHash & (_lanes.Length - 1)];

    private WakeReason Highest()
    {
        var highest = WakeReason.None;
        foreach (var lane in _lanes)
        {
            var reason = lane.Look(_steps);
            highest = reason > highest ? reason : highest;
        }

        return highest;
    }

    /// <summary>One flag says what the writer was told already: whoever raises it wakes it.</summary>
    private WakeReason Tell(WakeReason reason)
    {
        for (var told = Volatile.Read(ref _told); told < (int)reason;)
        {
            var seen = Interlocked.CompareExchange(ref _told, (int)reason, told);
            if (seen == told)
            {
                if (told == (int)WakeReason.None)
                {
                    // Once for each time that it is told, and not for each commit: to read the clock takes as long as to decide.
                    var now = _time.GetTimestamp();
                    Volatile.Write(ref _since, now);
                    Volatile.Write(ref _waitingSince, now);
                }

                return reason;
            }

            told = seen;
        }

        return WakeReason.None;
    }

    /// <summary>Puts the commits of all lanes into batches, in the order of their tickets, and gives the blocks back.</summary>
    private void Merge(Queue<CommitBatch> batches, int count)
    {
        var (acknowledged, awaited) = ((CommitBatch?)null, (CommitBatch?)null);
        for (; count > 0; count--)
        {
            var at = Oldest();
            var (block, place) = _heads[at];
            var waiter = block!.WaiterOf(place);
            ref var batch = ref waiter is null ? ref acknowledged : ref awaited;
            batch ??= _spares.TryPop(out var spare) ? spare : new CommitBatch();
            batch.Add(block.EntryOf(place), block.ChangesOf(place), waiter, block.NoticeOf(place));
            _heads[at] = place + 1 < block.Count ? (block, place + 1) : (Leave(at, block), 0);
        }

        Array.Clear(_heads);
        if (acknowledged is not null)
        {
            batches.Enqueue(acknowledged);
        }

        if (awaited is not null)
        {
            batches.Enqueue(awaited);
        }
    }

    /// <summary>The lane whose next commit came first.</summary>
    private int Oldest()
    {
        var (oldest, ticket) = (-1, long.MaxValue);
        for (var i = 0; i < _heads.Length; i++)
        {
            if (_heads[i] is ({ } block, var place) && block.TicketOf(place) < ticket)
            {
                (oldest, ticket) = (i, block.TicketOf(place));
            }
        }

        return oldest;
    }

    private HandOver? Leave(int at, HandOver block)
    {
        var next = block.Next;
        _lanes[at].Return(_steps, block);
        return next;
    }

    /// <summary>A counter that every commit moves, away from what every commit only reads.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Padded
    {
        [FieldOffset(64)]
        public long Value;
    }
}
