using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Jam.Sessions.Actors.Cluster.Rows;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>Moves no shards while PostgreSQL is away: a new owner could not read its rows, and the one that is there still knows them.</summary>
/// <param name="usual">Decides all else.</param>
/// <param name="database">The server, as this node sees it.</param>
internal sealed class SteadyAllocation(IShardAllocationStrategy usual, Database database) : IActorSystemDependentAllocationStrategy
{
    public void Start(ActorSystem system) => (usual as IActorSystemDependentAllocationStrategy)?.Start(system);

    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        usual.AllocateShard(requester, shardId, currentShardAllocations);

    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
        database.IsAway ? Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty) : usual.Rebalance(currentShardAllocations, rebalanceInProgress);
}
