using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Dsl;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Jam.Sessions.Actors.Cluster.Torture;

namespace Jam.Sessions.Actors.Cluster.Tests.Nodes;

/// <summary>A cluster of two nodes in this process, which talk through their sockets, and a PostgreSQL server of their own.</summary>
public class TwoNodes : IAsyncLifetime
{
    internal static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private static readonly Config s_config = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          log-dead-letters = off
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """).WithFallback(JamSessionsCluster.DefaultConfig);

    private readonly List<ActorSystem> _systems = [];

    internal PostgresServer Server { get; private set; } = null!;

    /// <summary>Errors that nodes have logged.</summary>
    internal ConcurrentQueue<string> Errors { get; } = new();

    internal JamSessionsCluster First { get; private set; } = null!;

    internal JamSessionsCluster Second { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        await Server.CreateDatabaseAsync("tests");
        (First, Second) = (await StartNodeAsync(), await StartNodeAsync());
        await SpreadAsync(First, Second);
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(system => system.Terminate()));
        await Server.DisposeAsync();
    }

    /// <summary>One more node.</summary>
    internal async Task<JamSessionsCluster> StartNodeAsync()
    {
        var node = await StartAsync(isAlone: _systems.Count == 0);
        await UntilAsync(async () => (await node.Client.StatusAsync()).Health == SessionsHealth.Healthy);
        return node;
    }

    /// <summary>A node that has formed a cluster of its own on the same tables.</summary>
    internal async Task<JamSessionsCluster> StartStrangerAsync()
    {
        var node = await StartAsync(isAlone: true);
        await UntilAsync(() => Task.FromResult(node.Services.Certainty.IsSure));
        return node;
    }

    /// <summary>Lets a node leave, as a host that stops does.</summary>
    internal static Task LeaveAsync(JamSessionsCluster node) => CoordinatedShutdown.Get(node.System).Run(CoordinatedShutdown.ClrExitReason.Instance);

    /// <summary>Makes keys until each node owns some.</summary>
    internal async Task SpreadAsync(params JamSessionsCluster[] owners)
    {
        var keys = 0;
        await UntilAsync(async () =>
        {
            await First.Client.CreateAsync($"spread{++keys}", SessionData.Empty);
            return (await Task.WhenAll(owners.Select(ShardsAsync))).All(shards => shards > 0);
        });
    }

    /// <summary>Waits until no shard has a reason to move: a key whose shard moves just when the server goes away has no owner who knows its rows.</summary>
    internal Task SettleAsync() => UntilAsync(async () => Math.Abs(await ShardsAsync(First) - await ShardsAsync(Second)) <= 1);

    /// <summary>How many shards a node has.</summary>
    private static async Task<int> ShardsAsync(JamSessionsCluster node) => (await node.Services.Region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, s_patience)).Shards.Count;

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    protected virtual ActorSystem CreateSystem(Config config) => ActorSystem.Create("nodes", config);

    private async Task<JamSessionsCluster> StartAsync(bool isAlone)
    {
        var system = CreateSystem(s_config);
        system.EventStream.Subscribe(system.ActorOf(act => act.Receive<Akka.Event.Error>((error, _) => Errors.Enqueue($"{error.Message}"))), typeof(Akka.Event.Error));
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(isAlone ? cluster.SelfAddress : Akka.Cluster.Cluster.Get(_systems[0]).SelfAddress);
        _systems.Add(system);
        return await JamSessionsCluster.StartAsync(system, new JamSessionsClusterOptions { ConnectionString = Server.ConnectionString("tests", maxPoolSize: 20), CallTimeout = CallTimeout });
    }
}
