using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

/// <summary>A key with commands that have no answer yet: it has an actor of its own, or is about to, which takes them in their order.</summary>
/// <remarks>
/// It counts them. So the actor knows, when it has answered the last one, that nothing is on its way to it: only then is it free for
/// another key.
/// </remarks>
internal sealed class LiveKey(string owner)
{
    private const int Free = int.MinValue;
    private const int Draining = 1 << 30;

    private RequestQueue _early;
    private IActorRef? _actor;
    private int _unanswered;
    private bool _isStarting;

    public string Owner => owner;

    /// <summary>True once everything was answered: whoever finds it takes it out of the live keys, and begins a new one.</summary>
    public bool IsFree => Volatile.Read(ref _unanswered) == Free;

    /// <summary>Counts a command that <see cref="Send"/> must follow, and <see cref="Leave"/> its answer; false where the key is closed.</summary>
    public bool TryEnter()
    {
        var unanswered = Volatile.Read(ref _unanswered);
        while (unanswered >= 0)
        {
            var seen = Interlocked.CompareExchange(ref _unanswered, unanswered + 1, unanswered);
            if (seen == unanswered)
            {
                return true;
            }

            unanswered = seen;
        }

        return false;
    }

    /// <summary>A command that entered has its answer.</summary>
    public Departure Leave()
    {
        if (Interlocked.CompareExchange(ref _unanswered, Free, 1) == 1)
        {
            return Departure.Last;
        }

        return Interlocked.Decrement(ref _unanswered) == -Draining ? Departure.LastOfDrain : Departure.OneOfMany;
    }

    /// <summary>Hands a command to the actor: the first one to an idle actor, or, where there is none, into a queue for the one that the manager makes.</summary>
    public void Send(Request request, IdleActors idle, IActorRef manager)
    {
        if (Volatile.Read(ref _actor) is not { } actor)
        {
            lock (this)
            {
                if (_actor is null && (_isStarting || !TryStartOn(idle)))
                {
                    _early.Add(request);
                    if (!_isStarting)
                    {
                        _isStarting = true;
                        manager.Tell(new Spawn(this), ActorRefs.NoSender);
                    }

                    return;
                }

                actor = _actor!;
            }
        }

        actor.Tell(request, ActorRefs.NoSender);
    }

    /// <summary>From here on commands go to <paramref name="actor"/>, those that came early first.</summary>
    public void Start(IActorRef actor)
    {
        // Told outside the lock: the actor may run on this very thread, and the host's id factory with it.
        while (TakeEarly(actor) is { IsEmpty: false } early)
        {
            while (early.Take() is { } request)
            {
                actor.Tell(request, ActorRefs.NoSender);
            }
        }
    }

    /// <summary>Closes the key for a drain. True where its actor still has commands to answer, and will see the last one <see cref="Leave"/>.</summary>
    public bool Close()
    {
        lock (this)
        {
            var unanswered = Volatile.Read(ref _unanswered);
            while (unanswered >= 0)
            {
                var seen = Interlocked.CompareExchange(ref _unanswered, unanswered - Draining, unanswered);
                if (seen == unanswered)
                {
                    return unanswered > 0 && _actor is not null;
                }

                unanswered = seen;
            }

            return false;
        }
    }

    private RequestQueue TakeEarly(IActorRef actor)
    {
        lock (this)
        {
            (var early, _early) = (_early, default);
            if (early.IsEmpty)
            {
                Volatile.Write(ref _actor, actor);
            }

            return early;
        }
    }

    private bool TryStartOn(IdleActors idle)
    {
        if (Volatile.Read(ref _unanswered) < 0 || idle.Take() is not { } actor)
        {
            return false;
        }

        Volatile.Write(ref _actor, actor);
        return true;
    }

    public override string ToString() => nameof(LiveKey);
}

/// <summary>What an answer leaves behind.</summary>
internal enum Departure
{
    /// <summary>There are more to answer.</summary>
    OneOfMany,

    /// <summary>None is left: the actor is free.</summary>
    Last,

    /// <summary>None is left, and the manager waits to hear so.</summary>
    LastOfDrain,
}

/// <summary>To the manager: this key has its first command, and no actor is idle.</summary>
internal sealed record Spawn(LiveKey Key) : INoSerializationVerificationNeeded
{
    public override string ToString() => nameof(Spawn);
}
