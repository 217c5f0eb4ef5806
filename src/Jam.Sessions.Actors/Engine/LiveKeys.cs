using System.Collections.Concurrent;
using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

/// <summary>The keys that have commands without an answer, and the actors that have none to answer. Any thread may use it.</summary>
internal sealed class LiveKeys
{
    private readonly ConcurrentDictionary<string, LiveKey> _keys = new(StringComparer.Ordinal);
    private readonly IdleActors _idle = new();

    public bool Contains(string owner) => _keys.ContainsKey(owner);

    /// <summary>Hands a request to the actor of its key; false where the engine stops.</summary>
    public bool TryPass(string owner, Request request, IActorRef manager)
    {
        while (true)
        {
            var key = _keys.GetOrAdd(owner, static owner => new LiveKey(owner));
            if (key.TryEnter())
            {
                request.Key = key;
                key.Send(request, _idle, manager);
                return true;
            }

            if (!key.IsFree)
            {
                return false;
            }

            Remove(key);
        }
    }

    /// <summary>A key whose commands were all answered, and the actor that did it, which takes another key from here on.</summary>
    public void Release(LiveKey key, IActorRef actor)
    {
        Remove(key);
        _idle.Add(actor);
    }

    /// <summary>Actors that were not needed since this was last asked; nothing reaches them any more.</summary>
    public IReadOnlyList<IActorRef> TakeUnneeded() => _idle.TakeUnneeded();

    /// <summary>Lets no further command in. The number of keys whose actors still have to answer.</summary>
    public int Close()
    {
        _idle.Close();
        return _keys.Count(key => key.Value.Close());
    }

    private void Remove(LiveKey key) => _keys.TryRemove(KeyValuePair.Create(key.Owner, key));
}
