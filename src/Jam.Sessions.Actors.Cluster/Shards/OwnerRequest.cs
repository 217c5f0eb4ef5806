using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>A request that an owner has taken, and who is to hear the answer: more than one, where copies of it have come.</summary>
internal sealed class OwnerRequest(ToOwner message, IActorRef asker)
{
    private readonly List<IActorRef> _askers = [asker];

    /// <summary>Its latest copy.</summary>
    public ToOwner Message { get; private set; } = message;

    /// <summary>The answer, once it is decided.</summary>
    public object? Answer { get; set; }

    /// <summary>Whether the change may be in the rows although nobody said so.</summary>
    public bool MayBeDone { get; set; } = message.Attempt > 0;

    /// <summary>How often its rows had moved on when it was to be written.</summary>
    public int Conflicts { get; set; }

    /// <summary>Whether the answer depends on the rows alone: then it is decided anew where they could not be written.</summary>
    public bool IsQuery { get; } = message.Message is not (ISessionCommand or SweepKey) or TouchSession { Lifetime: null };

    /// <summary>One more copy, which may be older than those before.</summary>
    public void Add(ToOwner copy, IActorRef asker)
    {
        _askers.Add(asker);
        Message = copy.Attempt > Message.Attempt ? copy : Message;
    }

    public void Reply(object answer, IActorRef self)
    {
        // A drawn id is not kept anywhere: whoever asks again brings it again.
        var reply = new OwnerReply(ReferenceEquals(answer, Rows.DoneRequests.OwnId) ? Message.DrawnId! : answer);
        foreach (var asker in _askers)
        {
            asker.Tell(reply, self);
        }
    }
}
