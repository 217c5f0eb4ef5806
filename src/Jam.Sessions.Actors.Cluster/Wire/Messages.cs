using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>What nodes say to each other; each has a form on the wire (<see cref="WireSerializer"/>).</summary>
internal interface IWireMessage;

/// <summary>To the owner of a key.</summary>
/// <param name="Owner">Its name (<see cref="Shards.Routes.OwnerOf"/>).</param>
/// <param name="Message">What is asked.</param>
internal sealed record ToOwner(string Owner, ISessionMessage Message) : IWireMessage
{
    /// <summary>The same for all copies of one change; empty where nothing is changed.</summary>
    public Guid Request { get; init; }

    /// <summary>When the call began, in UTC ticks.</summary>
    public long Since { get; init; }

    /// <summary>When this copy was sent, in UTC ticks; 0 where that is not told, as by builds before 0.7.1.</summary>
    public long Sent { get; init; }

    /// <summary>Which copy of the call this is, from 0 on; after the first the change may have been made already.</summary>
    public int Attempt { get; init; }

    /// <summary>The id that the asker has drawn for a session; null where none is needed.</summary>
    public string? DrawnId { get; init; }

    /// <summary>Without the names.</summary>
    public override string ToString() => $"ToOwner {{ {Message.GetType().Name} }}";
}

/// <summary>The owner's answer: what the message is answered with; an exception where it is refused; or a <see cref="Detour"/>.</summary>
internal sealed record OwnerReply(object Answer) : IWireMessage
{
    public override string ToString() => $"OwnerReply {{ {Answer.GetType().Name} }}";
}

/// <summary>Why the owner has no answer, and what the asker is to do.</summary>
internal enum Detour
{
    /// <summary>The node is not sure that it is the owner: ask again, in a moment.</summary>
    NotOwner = 1,

    /// <summary>The id is another session's: draw another one.</summary>
    IdTaken,
}

/// <summary>Takes what has ended by itself out of a key.</summary>
internal sealed record SweepKey : ISessionMessage
{
    public static readonly SweepKey Instance = new();
}

/// <summary>The key of a session, for whoever draws a new id for it. The answer is a <see cref="string"/>, empty where there is no such session.</summary>
internal sealed record KeyOfSession(string SessionId) : ISessionMessage
{
    public override string ToString() => nameof(KeyOfSession);
}

/// <summary>To another node: are you there, and am I, for you?</summary>
/// <param name="Sent">In the asker's own time.</param>
internal sealed record Ping(long Sent) : IWireMessage;

/// <summary>From a node that sees the asker as a member.</summary>
/// <param name="Sent">Of the ping.</param>
/// <param name="Clock">The node's wall clock, in UTC ticks.</param>
internal sealed record Echo(long Sent, long Clock) : IWireMessage;

/// <summary>Finish what is under way, and stop.</summary>
internal sealed record StopOwner : IWireMessage, INoSerializationVerificationNeeded
{
    public static readonly StopOwner Instance = new();
}

/// <summary>Which shard, and which owner in it.</summary>
internal sealed class OwnerExtractor(int shards) : HashCodeMessageExtractor(shards)
{
    public override string? EntityId(object message) => (message as ToOwner)?.Owner;
}
