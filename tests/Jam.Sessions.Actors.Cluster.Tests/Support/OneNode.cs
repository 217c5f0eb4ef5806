using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Cluster.Torture;

namespace Jam.Sessions.Actors.Cluster.Tests.Support;

/// <summary>A PostgreSQL server, and a cluster of one node in this process, for all tests of the assembly.</summary>
public sealed class OneNode : IAsyncLifetime
{
    private static readonly Config s_config = ConfigurationFactory.ParseString("""
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          log-dead-letters = off
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """).WithFallback(JamSessionsCluster.DefaultConfig);

    private int _schemas;

    public ActorSystem System { get; } = ActorSystem.Create("tests", s_config);

    internal PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        await Server.CreateDatabaseAsync("tests");
        var cluster = Akka.Cluster.Cluster.Get(System);
        await cluster.JoinAsync(cluster.SelfAddress);
    }

    public async Task DisposeAsync()
    {
        await System.Terminate();
        await Server.DisposeAsync();
    }

    /// <summary>A store on tables of its own.</summary>
    public Task<JamSessionsCluster> StartAsync(Action<JamSessionsClusterOptions>? configure = null, IMeterFactory? meters = null) =>
        StartAsync(System, $"s{Interlocked.Increment(ref _schemas)}", configure, meters);

    /// <summary>A store on the tables of a schema.</summary>
    public Task<JamSessionsCluster> StartAsync(ActorSystem system, string schema, Action<JamSessionsClusterOptions>? configure = null, IMeterFactory? meters = null)
    {
        var options = new JamSessionsClusterOptions { ConnectionString = Server.ConnectionString("tests", maxPoolSize: 10), Schema = schema };
        configure?.Invoke(options);
        return JamSessionsCluster.StartAsync(system, options, meters, CancellationToken.None);
    }
}

/// <summary>The tests that share a server and a node.</summary>
[CollectionDefinition(Name)]
public sealed class OneNodeTests : ICollectionFixture<OneNode>
{
    public const string Name = "one node";
}
