using Akka.Actor;

namespace Jam.Sessions.Actors.Keys;

/// <summary>An actor and the key whose commands it takes, one key after the other: as long as a key has commands without an answer.</summary>
/// <remarks>
/// It counts them. So the actor knows, when it has answered the last one, that nothing is on its way to it: only then is it free for
/// another key. The lock of the key's stripe guards all of it (<see cref="KeyDirectory"/>).
/// </remarks>
internal sealed class KeySlot
{
    private RequestQueue _early;
    private bool _isStarting;

    /// <summary>The key; another one, once the last command was answered.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Null until the manager has made one.</summary>
    public IActorRef? Actor { get; private set; }

    public int Unanswered { get; set; }

    /// <summary>Keeps a request for the actor that is still to be made; true where nobody has asked for it yet.</summary>
    public bool Keep(Request request)
    {
        _early.Add(request);
        (var isFirst, _isStarting) = (!_isStarting, true);
        return isFirst;
    }

    /// <summary>Takes out what was kept; where that is nothing, <paramref name="actor"/> has caught up, and gets all else itself.</summary>
    public RequestQueue TakeKept(IActorRef actor)
    {
        (var early, _early) = (_early, default);
        Actor = early.IsEmpty ? actor : null;
        return early;
    }

    public override string ToString() => nameof(KeySlot);
}

/// <summary>What an answer leaves behind.</summary>
internal enum ReleaseResult
{
    /// <summary>There are more to answer.</summary>
    OneOfMany,

    /// <summary>None is left: the actor is free.</summary>
    Last,

    /// <summary>None is left, and the manager waits to hear so.</summary>
    LastOfDrain,
}

/// <summary>To the manager: this key has its first command, and no actor is idle.</summary>
internal sealed record Spawn(KeySlot Key) : INoSerializationVerificationNeeded
{
    public override string ToString() => nameof(Spawn);
}
