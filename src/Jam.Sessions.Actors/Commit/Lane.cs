using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Where the key actors of some keys hand over their commits: a short lock of its own, and blocks for two epochs.</summary>
internal sealed class Lane
{
    // As much as comes in while a batch is written: 128 KiB.
    private const int MaxSpares = 4;

    private readonly Lock _lock = new();
    private readonly Blocks[] _byEpoch = new Blocks[2];
    private HandOver? _spares;
    private int _spareCount;
    private long _bytes;
    private bool _isClosed;

    /// <summary>The bytes that were handed over here and not taken yet.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a commit to the epoch that it finds; false where the lane is closed.</summary>
    /// <remarks>
    /// The epoch is read under the lock: who reads the former one is done with reserving before the writer takes that epoch from this lane.
    /// </remarks>
    public bool TryAdd(
        HandOverSteps steps, ref int epoch, ref long tickets, ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice)
    {
        var (block, fresh, place) = ((HandOver?)null, (HandOver?)null, -1);
        while (place < 0)
        {
            steps.Lock(this);
            lock (_lock)
            {
                steps.Locked(this);
                if (_isClosed)
                {
                    steps.Unlock(this);
                    return false;
                }

                ref var blocks = ref _byEpoch[Volatile.Read(ref epoch) & 1];
                block = blocks.Last;
                var ticket = Interlocked.Increment(ref tickets);
                place = block?.TryReserve(entry.Length, changes.Length, ticket, waiter, notice) ?? -1;
                if (place < 0 && (fresh ?? TakeSpare(entry.Length, changes.Length)) is { } next)
                {
                    blocks.Append(next);
                    (block, fresh) = (next, null);
                    place = next.TryReserve(entry.Length, changes.Length, ticket, waiter, notice);
                }

                _bytes += place < 0 ? 0 : entry.Length;
                blocks.IsAwaited |= place >= 0 && waiter is not null;
                steps.Unlock(this);
            }

            // Memory is made outside of the lock.
            fresh = place < 0 ? HandOver.For(entry.Length, changes.Length) : null;
        }

        steps.Fill(this);
        block!.Fill(place, entry, changes);
        return true;
    }

    /// <summary>Takes what was added to an epoch that is over; null where that is nothing.</summary>
    public HandOver? Take(HandOverSteps steps, int epoch)
    {
        HandOver? first;
        steps.Lock(this);
        lock (_lock)
        {
            steps.Locked(this);
            ref var blocks = ref _byEpoch[epoch & 1];
            first = blocks.First;
            blocks = default;
            for (var block = first; block is not null; block = block.Next)
            {
                _bytes -= block.Length;
            }

            steps.Unlock(this);
        }

        var wait = new SpinWait();
        for (var block = first; block is not null; block = block.Next)
        {
            while (!block.IsFilled)
            {
                steps.AwaitFill(this);
                wait.SpinOnce();
            }
        }

        return first;
    }

    /// <summary>Why the writer should look here.</summary>
    public WakeReason Look(HandOverSteps steps)
    {
        steps.Lock(this);
        lock (_lock)
        {
            steps.Locked(this);
            var reason = _byEpoch[0].IsAwaited || _byEpoch[1].IsAwaited ? WakeReason.Write
                : _byEpoch[0].First is null && _byEpoch[1].First is null ? WakeReason.None : WakeReason.Collect;
            steps.Unlock(this);
            return reason;
        }
    }

    /// <summary>Gives back a block that was taken and read.</summary>
    public void Return(HandOverSteps steps, HandOver block)
    {
        block.Clear();
        steps.Lock(this);
        lock (_lock)
        {
            steps.Locked(this);
            if (block.IsOrdinary && _spareCount < MaxSpares)
            {
                (block.Next, _spares) = (_spares, block);
                _spareCount++;
            }

            steps.Unlock(this);
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

    private HandOver? TakeSpare(int bytes, int changes)
    {
        if (_spares is not { } spare || !HandOver.IsOrdinaryFor(bytes, changes))
        {
            return null;
        }

        (_spares, spare.Next) = (spare.Next, null);
        _spareCount--;
        return spare;
    }

    private struct Blocks
    {
        public HandOver? First;
        public HandOver? Last;
        public bool IsAwaited;

        public void Append(HandOver block)
        {
            if (Last is null)
            {
                First = block;
            }
            else
            {
                Last.Next = block;
            }

            Last = block;
        }
    }
}
