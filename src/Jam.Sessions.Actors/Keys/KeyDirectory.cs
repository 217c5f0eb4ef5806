using Akka.Actor;

namespace Jam.Sessions.Actors.Keys;

/// <summary>The keys that have commands without an answer, and the actors that have none to answer. Any thread may use it.</summary>
/// <remarks>Keys meet in one of many stripes, each with a lock of its own, which nobody holds while an actor is told something.</remarks>
internal sealed class KeyDirectory
{
    private const int Stripes = 64;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Stripe())];
    private readonly IdleActors _idle = new();

    public bool Contains(string owner)
    {
        var stripe = StripeOf(owner);
        lock (stripe)
        {
            return stripe.Keys.ContainsKey(owner);
        }
    }

    /// <summary>Hands a request to the actor of its key, an idle one where it has none yet; <see cref="Leave"/> must follow its answer. False where the engine stops.</summary>
    public bool TryPass(string owner, Request request, IActorRef manager)
    {
        var stripe = StripeOf(owner);
        KeySlot? key;
        IActorRef? actor;
        bool isToStart;
        lock (stripe)
        {
            if (stripe.IsClosed)
            {
                return false;
            }

            if (!stripe.Keys.TryGetValue(owner, out key))
            {
                key = _idle.Take() ?? new KeySlot();
                key.Owner = owner;
                stripe.Keys.Add(owner, key);
            }

            key.Unanswered++;
            request.Key = key;
            actor = key.Actor;
            isToStart = actor is null && key.Keep(request);
        }

        if (isToStart)
        {
            manager.Tell(new Spawn(key), ActorRefs.NoSender);
        }

        actor?.Tell(request, ActorRefs.NoSender);

        // A stopped actor did not take the request; one that stops from here on answers it (KeyMailbox.CleanUp).
        return actor is not ActorRefWithCell { Underlying.IsTerminated: true };
    }

    /// <summary>From here on the commands of the key go to <paramref name="actor"/>, those that came early first.</summary>
    public void Start(KeySlot key, IActorRef actor)
    {
        // Outside the lock: the actor may run on this thread, and the host's id factory with it.
        while (TakeKept(key, actor) is { IsEmpty: false } early)
        {
            while (early.Take() is { } request)
            {
                actor.Tell(request, ActorRefs.NoSender);
            }
        }
    }

    /// <summary>A command has its answer. After the last one the actor is free for another key.</summary>
    public ReleaseResult Leave(KeySlot key)
    {
        var stripe = StripeOf(key.Owner);
        lock (stripe)
        {
            if (--key.Unanswered > 0)
            {
                return ReleaseResult.OneOfMany;
            }

            stripe.Keys.Remove(key.Owner);
            if (stripe.IsClosed)
            {
                return ReleaseResult.LastOfDrain;
            }

            _idle.Add(key);
            return ReleaseResult.Last;
        }
    }

    /// <summary>Actors that were not needed since this was last asked; nothing reaches them any more.</summary>
    public IReadOnlyList<IActorRef> TakeUnneeded() => [.. _idle.TakeUnneeded().Select(key => key.Actor!)];

    /// <summary>Lets no further command in. The number of keys whose actors still have to answer.</summary>
    public int Close() => _stripes.Sum(Close);

    /// <summary>After <see cref="Close()"/>: answers what waits for an actor that is never made.</summary>
    public void RejectKept(IActorRef self)
    {
        foreach (var stripe in _stripes)
        {
            foreach (var kept in TakeKept(stripe, self))
            {
                kept.Reject(self);
            }
        }
    }

    private static int Close(Stripe stripe)
    {
        lock (stripe)
        {
            stripe.IsClosed = true;
            return stripe.Keys.Values.Count(key => key.Actor is not null);
        }
    }

    private static List<RequestQueue> TakeKept(Stripe stripe, IActorRef actor)
    {
        lock (stripe)
        {
            return [.. stripe.Keys.Values.Where(key => key.Actor is null).Select(key => key.TakeKept(actor))];
        }
    }

    private RequestQueue TakeKept(KeySlot key, IActorRef actor)
    {
        lock (StripeOf(key.Owner))
        {
            return key.TakeKept(actor);
        }
    }

    private Stripe StripeOf(string owner) => _stripes[TextHash.Of(owner) & (Stripes - 1)];

    private sealed class Stripe
    {
        public Dictionary<string, KeySlot> Keys { get; } = new(StringComparer.Ordinal);

        public bool IsClosed { get; set; }
    }
}
