namespace Jam.Sessions.Actors.Keys;

/// <summary>Some of the keys that have an actor. Whoever uses it holds its lock: itself.</summary>
/// <remarks>
/// Which key is idle longest is asked for seldom, and keys are used often. So a use only notes its turn; a key's place in the heap is that of an
/// earlier turn, and is put right when it comes up.
/// </remarks>
/// <param name="maxIdle">More idle keys than these give their actors to others before these are idle for long.</param>
internal sealed class KeyStripe(int maxIdle)
{
    private readonly Dictionary<string, KeySlot> _keys = new(StringComparer.Ordinal);
    private readonly PriorityQueue<KeySlot, long> _byTurn = new();
    private long _turns;
    private int _idle;

    /// <summary>No more commands come in.</summary>
    public bool IsClosed { get; set; }

    /// <summary>The actors are being stopped, whatever they have to answer.</summary>
    public bool IsEnded { get; set; }

    public IEnumerable<KeySlot> Keys => _keys.Values;

    public int Count => _keys.Count;

    public int BusyCount => _keys.Count - _idle;

    public KeySlot? Find(string owner) => _keys.GetValueOrDefault(owner);

    /// <summary>Counts a command of a key, which has an actor from here on: its own, one that idled for long, or one that is to be made.</summary>
    /// <param name="owner">The key.</param>
    /// <param name="expired">Keys that are idle since this tick, or longer, need their actors no more.</param>
    public KeySlot Enter(string owner, long expired)
    {
        if (!_keys.TryGetValue(owner, out var key))
        {
            key = TakeIdle(expired) ?? new KeySlot(this);
            key.Owner = owner;
            _keys.Add(owner, key);
            _byTurn.Enqueue(key, _turns);
        }
        else if (key.Unanswered == 0)
        {
            _idle--;
        }

        key.Unanswered++;
        return key;
    }

    /// <summary>Takes the place of a key that has no actor: its commands wait. Null where it has one, or one is being made.</summary>
    public KeySlot? TryHold(string owner)
    {
        if (IsClosed || _keys.ContainsKey(owner))
        {
            return null;
        }

        var key = new KeySlot(this) { Owner = owner, Unanswered = 1 };
        key.Hold();
        _keys.Add(owner, key);
        return key;
    }

    /// <summary>Ends that; true where commands wait, and their actor is to be made.</summary>
    public bool LetGo(KeySlot key)
    {
        if (--key.Unanswered > 0)
        {
            _byTurn.Enqueue(key, _turns);
            return true;
        }

        _keys.Remove(key.Owner);
        return false;
    }

    /// <summary>A command of a key has its answer; true where it was the last one.</summary>
    public bool Leave(KeySlot key, long now)
    {
        if (--key.Unanswered > 0)
        {
            return false;
        }

        (key.Turn, key.IdleSince) = (++_turns, now);
        _idle++;
        return true;
    }

    /// <summary>Forgets a key whose actor could not be made.</summary>
    public void Forget(KeySlot key)
    {
        _keys.Remove(key.Owner);
        _byTurn.Remove(key, out _, out _);
    }

    /// <summary>Takes out the key that is idle longest, if that is for long, or if there are too many; null where it is not.</summary>
    public KeySlot? TakeIdle(long expired)
    {
        while (_idle > 0 && _byTurn.TryPeek(out var key, out var turn))
        {
            if (key.Unanswered > 0 || key.Turn > turn)
            {
                _byTurn.DequeueEnqueue(key, key.Unanswered > 0 ? ++_turns : key.Turn);
                continue;
            }

            // One whose actor is still to be made stays.
            if (key.Actor is null || (key.IdleSince > expired && _idle <= maxIdle))
            {
                return null;
            }

            _byTurn.Dequeue();
            _keys.Remove(key.Owner);
            _idle--;
            return key;
        }

        return null;
    }
}
