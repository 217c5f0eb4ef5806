using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;

namespace Jam.Sessions.Actors.Cluster.Torture.Speed;

/// <summary>Nodes in this process, which talk through their sockets.</summary>
internal sealed class SpeedNodes : IAsyncDisposable
{
    private static readonly Config s_config = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          log-dead-letters = off
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """).WithFallback(JamSessionsCluster.DefaultConfig);

    private readonly List<ActorSystem> _systems = [];
    private readonly List<JamSessionsCluster> _nodes = [];

    private SpeedNodes() { }

    public IReadOnlyList<IJamSessions> Clients => [.. _nodes.Select(node => node.Client)];

    /// <summary>The way to entities that do nothing but answer.</summary>
    public IActorRef Echoes { get; private set; } = ActorRefs.Nobody;

    public static async Task<SpeedNodes> StartAsync(int count, string connectionString, string schema)
    {
        var nodes = new SpeedNodes();
        for (var i = 0; i < count; i++)
        {
            var system = ActorSystem.Create("speed", s_config);
            nodes._systems.Add(system);
            var cluster = Akka.Cluster.Cluster.Get(system);
            await cluster.JoinAsync(Akka.Cluster.Cluster.Get(nodes._systems[0]).SelfAddress);
            nodes._nodes.Add(await JamSessionsCluster.StartAsync(system, new JamSessionsClusterOptions { ConnectionString = connectionString, Schema = schema }));
        }

        nodes.Echoes = await ClusterSharding.Get(nodes._systems[0]).StartAsync(
            "echo", _ => Props.Create(() => new Echo()), ClusterShardingSettings.Create(nodes._systems[0]).WithStateStoreMode(StateStoreMode.DData), new Extractor());
        foreach (var node in nodes._nodes)
        {
            while ((await node.Client.StatusAsync()).Health != SessionsHealth.Healthy)
            {
                await Task.Delay(50);
            }
        }

        return nodes;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_systems.Select(system => system.Terminate()));

    public sealed record Call(string Entity) : INoSerializationVerificationNeeded;

    private sealed class Echo : ReceiveActor
    {
        public Echo() => Receive<Call>(call => Sender.Tell(call));
    }

    private sealed class Extractor() : HashCodeMessageExtractor(120)
    {
        public override string? EntityId(object message) => (message as Call)?.Entity;
    }
}
