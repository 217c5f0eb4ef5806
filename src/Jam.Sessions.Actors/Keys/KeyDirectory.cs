using Akka.Actor;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The keys that have an actor. Any thread may use it.</summary>
/// <remarks>Keys meet in one of many stripes, each with a lock of its own, which nobody holds while an actor is made or told something.</remarks>
internal sealed class KeyDirectory
{
    /// <summary>How often a sweep comes in the time that a key may be idle.</summary>
    public const int SweepsPerTimeout = 4;

    private const int Stripes = 64;

    private readonly KeyStripe[] _stripes;
    private long _now;

    /// <param name="maxIdleKeys">Above as many idle keys the longest idle ones lose their actors early: about, for each stripe counts its own.</param>
    public KeyDirectory(int maxIdleKeys) =>
        _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new KeyStripe(maxIdleKeys / Stripes))];

    /// <summary>Makes the actor of a key, on any thread. Set before the first request.</summary>
    public Func<IActorRef> MakeActor { private get; set; } = () => throw new InvalidOperationException("There is no manager yet.");

    /// <summary>Is told when a key that was held while the engine began to drain has been let go. Set before the first request.</summary>
    public Action Drained { private get; set; } = static () => { };

    /// <summary>How many keys have an actor.</summary>
    public int Count => _stripes.Sum(stripe =>
    {
        lock (stripe)
        {
            return stripe.Count;
        }
    });

    /// <summary>Whether a key has commands without an answer.</summary>
    public bool IsBusy(string owner)
    {
        var stripe = StripeOf(owner);
        lock (stripe)
        {
            return stripe.Find(owner) is { Unanswered: > 0 };
        }
    }

    /// <summary>Hands a request to the actor of its key, which is made where it has none; <see cref="Leave"/> must follow its answer. False where the engine stops.</summary>
    public bool TryPass(string owner, Request request)
    {
        var stripe = StripeOf(owner);
        KeySlot key;
        IActorRef? actor;
        bool isToStart;
        lock (stripe)
        {
            if (stripe.IsClosed)
            {
                return false;
            }

            key = stripe.Enter(owner, Expired);
            request.Key = key;
            actor = key.Actor;
            isToStart = actor is null && key.Keep(request);
        }

        if (isToStart)
        {
            Start(key);
        }

        return actor is null || TryTell(actor, request);
    }

    /// <summary>A command has its answer. After the last one the key is idle.</summary>
    public ReleaseResult Leave(KeySlot key)
    {
        lock (key.Stripe)
        {
            return !key.Stripe.Leave(key, Volatile.Read(ref _now)) ? ReleaseResult.OneOfMany
                : key.Stripe.IsClosed ? ReleaseResult.LastOfDrain : ReleaseResult.Last;
        }
    }

    /// <summary>Takes the place of a key that has no actor, until <see cref="LetGo"/>: its commands wait. Null where it has one, or the engine stops.</summary>
    public KeySlot? TryHold(string owner)
    {
        var stripe = StripeOf(owner);
        lock (stripe)
        {
            return stripe.TryHold(owner);
        }
    }

    /// <summary>Ends that: commands that waited get their actor.</summary>
    public void LetGo(KeySlot key)
    {
        bool isToStart, isDraining;
        lock (key.Stripe)
        {
            (isToStart, isDraining) = (key.Stripe.LetGo(key), key.Stripe.IsClosed);
        }

        if (isToStart)
        {
            Start(key);
        }
        else if (isDraining)
        {
            Drained();
        }
    }

    /// <summary>One sweep: takes out the keys that were idle for all of the timeout, and those that are too many. Nothing reaches their actors any more.</summary>
    public IReadOnlyList<IActorRef> Sweep()
    {
        Interlocked.Increment(ref _now);
        var actors = new List<IActorRef>();
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                while (stripe.TakeIdle(Expired) is { Actor: { } actor })
                {
                    actors.Add(actor);
                }
            }
        }

        return actors;
    }

    /// <summary>Lets no further command in. The number of keys whose actors still have to answer.</summary>
    public int Close() => _stripes.Sum(stripe =>
    {
        lock (stripe)
        {
            stripe.IsClosed = true;
            return stripe.BusyCount;
        }
    });

    /// <summary>The manager has begun to stop its children: all actors that there are. One that is being made is stopped by its maker.</summary>
    /// <remarks>A child that is made while its parent is stopping the others is missed by Akka, and the parent would wait for it.</remarks>
    public IReadOnlyList<IActorRef> End()
    {
        var actors = new List<IActorRef>();
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                (stripe.IsClosed, stripe.IsEnded) = (true, true);
                actors.AddRange(stripe.Keys.Select(key => key.Actor).OfType<IActorRef>());
            }
        }

        return actors;
    }

    // The sweep may come right after the answer: that tick does not count.
    private long Expired => Volatile.Read(ref _now) - SweepsPerTimeout - 1;

    /// <summary>Makes the actor and gives it what came meanwhile; from then on the key's commands go to it.</summary>
    private void Start(KeySlot key)
    {
        IActorRef actor;
        try
        {
            actor = MakeActor();
        }
        catch (Exception) when (Abandon(key) is { IsEmpty: false } abandoned)
        {
            // An actor system that ends makes no more actors.
            abandoned.Reject(ActorRefs.Nobody);
            return;
        }

        while (TakeKept(key, actor) is { IsEmpty: false } early)
        {
            while (early.Take() is { } request)
            {
                if (!TryTell(actor, request))
                {
                    request.Reject(actor);
                }
            }
        }

        if (IsEnded(key))
        {
            ((IInternalActorRef)actor).Stop();
        }
    }

    /// <remarks>A stopped actor did not take the request; one that stops from here on answers it (EngineMailbox.CleanUp).</remarks>
    private static bool TryTell(IActorRef actor, Request request)
    {
        actor.Tell(request, ActorRefs.NoSender);
        return actor is not ActorRefWithCell { Underlying.IsTerminated: true };
    }

    private static bool IsEnded(KeySlot key)
    {
        lock (key.Stripe)
        {
            return key.Stripe.IsEnded;
        }
    }

    private static RequestQueue Abandon(KeySlot key)
    {
        lock (key.Stripe)
        {
            key.Stripe.Forget(key);
            return key.TakeKept(actor: null);
        }
    }

    private static RequestQueue TakeKept(KeySlot key, IActorRef actor)
    {
        lock (key.Stripe)
        {
            return key.TakeKept(actor);
        }
    }

    private KeyStripe StripeOf(string owner) => _stripes[TextHash.Of(owner) & (Stripes - 1)];
}
