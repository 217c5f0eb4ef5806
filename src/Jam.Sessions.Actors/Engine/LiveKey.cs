using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

/// <summary>A key that has an actor, or is about to: takes commands from any thread, in their order, until it is closed.</summary>
/// <remarks>
/// It counts the commands that have no answer yet. So the manager knows, without asking, that an actor has nothing left and that nothing
/// is on its way to it: only then may it stop.
/// </remarks>
internal sealed class LiveKey(string owner) : INoSerializationVerificationNeeded
{
    private const int Passivated = int.MinValue;
    private const int Draining = 1 << 30;

    private RequestQueue _early;
    private IActorRef? _actor;
    private int _unanswered;
    private bool _wasUsed;

    public string Owner => owner;

    /// <summary>True once its actor was stopped for want of work: whoever finds it takes it out of the table of live keys.</summary>
    public bool IsPassivated => Volatile.Read(ref _unanswered) == Passivated;

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

    /// <summary>A command that entered has its answer. True where it was the last one that a drain waits for.</summary>
    public bool Leave() => Interlocked.Decrement(ref _unanswered) == -Draining;

    /// <summary>Hands a command to the actor; where there is none yet, to the first in a queue for it, and the manager is told to make one.</summary>
    public void Send(Request request, IActorRef manager)
    {
        _wasUsed = true;
        if (Volatile.Read(ref _actor) is not { } actor)
        {
            lock (this)
            {
                if (_actor is null)
                {
                    if (_early.IsEmpty)
                    {
                        manager.Tell(new Spawn(this), ActorRefs.NoSender);
                    }

                    _early.Add(request);
                    return;
                }

                actor = _actor;
            }
        }

        actor.Tell(request, ActorRefs.NoSender);
    }

    /// <summary>From here on commands go to <paramref name="actor"/>, those that came early first.</summary>
    public void Start(IActorRef actor)
    {
        lock (this)
        {
            while (_early.Take() is { } request)
            {
                actor.Tell(request, ActorRefs.NoSender);
            }

            Volatile.Write(ref _actor, actor);
        }
    }

    /// <summary>Closes the key where it got no command since this was last asked and has none unanswered; its actor may then stop.</summary>
    public bool TryPassivate(out IActorRef? actor)
    {
        actor = _actor;
        if (_wasUsed || actor is null)
        {
            _wasUsed = false;
            return false;
        }

        return Interlocked.CompareExchange(ref _unanswered, Passivated, 0) == 0;
    }

    /// <summary>Closes the key for a drain. True where its actor still has commands to answer, and will see the last one <see cref="Leave"/>.</summary>
    public bool Close() => Interlocked.Add(ref _unanswered, -Draining) != -Draining && Volatile.Read(ref _actor) is not null;

    public override string ToString() => nameof(LiveKey);
}

/// <summary>To the manager: this key has its first command.</summary>
internal sealed record Spawn(LiveKey Key) : INoSerializationVerificationNeeded
{
    public override string ToString() => nameof(Spawn);
}
