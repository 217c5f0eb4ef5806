using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

/// <summary>Key actors without a key. The one that waits longest is taken first: it has surely left its last thread.</summary>
internal sealed class IdleActors
{
    private readonly Lock _lock = new();
    private readonly Queue<IActorRef> _actors = [];
    private int _unneeded;
    private bool _isClosed;

    /// <summary>Null where there is none.</summary>
    public IActorRef? Take()
    {
        lock (_lock)
        {
            _actors.TryDequeue(out var actor);
            _unneeded = Math.Min(_unneeded, _actors.Count);
            return actor;
        }
    }

    public void Add(IActorRef actor)
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _actors.Enqueue(actor);
            }
        }
    }

    /// <summary>As many as there always were since the last call.</summary>
    public IReadOnlyList<IActorRef> TakeUnneeded()
    {
        lock (_lock)
        {
            var unneeded = Enumerable.Range(0, _unneeded).Select(_ => _actors.Dequeue()).ToList();
            _unneeded = _actors.Count;
            return unneeded;
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _actors.Clear();
            _unneeded = 0;
        }
    }
}
