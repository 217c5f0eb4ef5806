using Akka.Actor;

namespace Jam.Sessions.Actors.Keys;

/// <summary>A key and its actor, from the key's first command until it is idle for long.</summary>
/// <remarks>
/// It counts the commands without an answer. So the actor knows, when it has answered the last one, that nothing is on its way to it: only
/// then may it be stopped, or be given another key. The lock of the key's stripe guards all of it (<see cref="KeyDirectory"/>).
/// </remarks>
internal sealed class KeySlot(KeyStripe stripe)
{
    private RequestQueue _early;
    private bool _isStarting;

    /// <summary>Where it is kept, whatever its key.</summary>
    public KeyStripe Stripe => stripe;

    /// <summary>The key; another one, where the actor is given that.</summary>
    public string Owner { get; set; } = "";

    /// <summary>Null until it is made.</summary>
    public IActorRef? Actor { get; private set; }

    public int Unanswered { get; set; }

    /// <summary>When the last command was answered, in ticks of the sweep.</summary>
    public long IdleSince { get; set; }

    /// <summary>The same in answers of the stripe.</summary>
    public long Turn { get; set; }

    /// <summary>Keeps a request for the actor that is still to be made; true where nobody makes it yet.</summary>
    public bool Keep(Request request)
    {
        _early.Add(request);
        (var isFirst, _isStarting) = (!_isStarting, true);
        return isFirst;
    }

    /// <summary>Keeps all requests from now on, without an actor that is made for them.</summary>
    public void Hold() => _isStarting = true;

    /// <summary>Takes out what was kept; where that is nothing, <paramref name="actor"/> has caught up, and gets all else itself.</summary>
    public RequestQueue TakeKept(IActorRef? actor)
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

    /// <summary>None is left: the key is idle, and from here on its actor may be stopped or be another key's.</summary>
    Last,

    /// <summary>None is left, and the manager waits to hear so.</summary>
    LastOfDrain,
}
