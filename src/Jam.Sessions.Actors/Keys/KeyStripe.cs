namespace Jam.Sessions.Actors.Keys;

/// <summary>Some of the keys that have an actor. Whoever uses it holds its lock: itself.</summary>
/// <param name="maxIdle">More idle keys than these give their actors to others before these are idle for long.</param>
internal sealed class KeyStripe(int maxIdle)
{
    private readonly LinkedList<KeySlot> _idle = [];
    private readonly Dictionary<string, (KeySlot Slot, LinkedListNode<KeySlot> Idle)> _keys = new(StringComparer.Ordinal);

    public bool IsClosed { get; set; }

    public IEnumerable<KeySlot> Slots => _keys.Values.Select(key => key.Slot);

    public int BusyCount => _keys.Count - _idle.Count;

    public KeySlot? Find(string owner) => _keys.TryGetValue(owner, out var key) ? key.Slot : null;

    /// <summary>Counts a command of a key, which has an actor from here on: its own, one that idled for long, or one that is to be made.</summary>
    /// <param name="owner">The key.</param>
    /// <param name="expired">Keys that are idle since this tick, or longer, need their actors no more.</param>
    public KeySlot Enter(string owner, long expired)
    {
        if (!_keys.TryGetValue(owner, out var key))
        {
            key = TakeIdle(expired) ?? New();
            key.Slot.Owner = owner;
            _keys.Add(owner, key);
        }
        else if (key.Slot.Unanswered == 0)
        {
            _idle.Remove(key.Idle);
        }

        key.Slot.Unanswered++;
        return key.Slot;
    }

    /// <summary>A command of a key has its answer; true where it was the last one.</summary>
    public bool Leave(KeySlot slot, long now)
    {
        if (--slot.Unanswered > 0)
        {
            return false;
        }

        slot.IdleSince = now;
        _idle.AddLast(_keys[slot.Owner].Idle);
        return true;
    }

    /// <summary>Forgets a key whose actor could not be made, or has stopped.</summary>
    public void Forget(KeySlot slot)
    {
        if (_keys.TryGetValue(slot.Owner, out var key) && key.Slot == slot)
        {
            _keys.Remove(slot.Owner);
            if (key.Idle.List is not null)
            {
                _idle.Remove(key.Idle);
            }
        }
    }

    /// <summary>Takes out a key that has been idle for long, or the one that is longest so where there are too many; null where there is none.</summary>
    public (KeySlot Slot, LinkedListNode<KeySlot> Idle)? TakeIdle(long expired)
    {
        if (_idle.First is not { Value: { Actor: not null } slot } node || (slot.IdleSince > expired && _idle.Count <= maxIdle))
        {
            return null;
        }

        _idle.RemoveFirst();
        _keys.Remove(slot.Owner);
        return (slot, node);
    }

    private (KeySlot Slot, LinkedListNode<KeySlot> Idle) New()
    {
        var slot = new KeySlot(this);
        return (slot, new LinkedListNode<KeySlot>(slot));
    }
}
