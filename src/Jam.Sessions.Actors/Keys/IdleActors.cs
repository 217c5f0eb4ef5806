namespace Jam.Sessions.Actors.Keys;

/// <summary>Key actors without a key. The one that waits longest is taken first: it has surely left its last thread.</summary>
internal sealed class IdleActors
{
    private readonly Lock _lock = new();
    private readonly Queue<KeySlot> _actors = [];
    private int _unneeded;

    /// <summary>Null where there is none.</summary>
    public KeySlot? Take()
    {
        lock (_lock)
        {
            _actors.TryDequeue(out var actor);
            _unneeded = Math.Min(_unneeded, _actors.Count);
            return actor;
        }
    }

    public void Add(KeySlot actor)
    {
        lock (_lock)
        {
            _actors.Enqueue(actor);
        }
    }

    /// <summary>Removes as many as were idle during all the time since the last call.</summary>
    public IReadOnlyList<KeySlot> TakeUnneeded()
    {
        lock (_lock)
        {
            var unneeded = Enumerable.Range(0, _unneeded).Select(_ => _actors.Dequeue()).ToList();
            _unneeded = _actors.Count;
            return unneeded;
        }
    }
}
