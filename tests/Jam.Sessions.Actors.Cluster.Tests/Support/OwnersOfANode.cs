using System.Diagnostics;
using System.Diagnostics.Metrics;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Hosting;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Tests.Support;

/// <summary>A node as its owners see it, whose certainty is the test's; without sharding, so that two of them may own one key.</summary>
internal sealed class OwnersOfANode : IAsyncDisposable
{
    private readonly ActorSystem _system;

    private OwnersOfANode(ActorSystem system, NodeServices services) => (_system, Services) = (system, services);

    public NodeServices Services { get; }

    public static async Task<OwnersOfANode> StartAsync(OneNode node, string schema, Action<JamSessionsOptions>? configure = null, string? connectionString = null, TimeSpan? callTimeout = null, IMeterFactory? meters = null)
    {
        connectionString ??= node.Server.ConnectionString("tests", maxPoolSize: 10);
        var options = new JamSessionsClusterOptions { ConnectionString = connectionString, Schema = schema };
        configure?.Invoke(options.Sessions);
        var secret = await ClusterSchema.PrepareAsync(connectionString, schema, mayChange: true, CancellationToken.None);
        var certainty = new Certainty(TimeSpan.FromHours(1), TimeProvider.System);
        var services = new NodeServices(
            node.System, ClusterRules.Resolve(options, node.System), new Database(connectionString, schema, callTimeout ?? options.CallTimeout), new Routes(secret), certainty, meters) { Dispute = false };
        var owners = new OwnersOfANode(node.System, services);
        owners.BeSure();
        return owners;
    }

    public void BeSure() => Services.Certainty.Confirm(Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow().UtcTicks);

    public void BeUnsure() => Services.Certainty.Confirm(long.MinValue / 2, 0);

    /// <summary>An owner of a key; nobody looks whether there is another one.</summary>
    public IActorRef Own(string key) => _system.ActorOf(Props.Create(() => new SessionOwner(Routes.OwnerOf(Services.Routes.OfKey(key)), Services)));

    public ToOwner Call(string key, ISessionMessage message) =>
        new(Routes.OwnerOf(Services.Routes.OfKey(key)), message) { Request = Guid.NewGuid(), Since = Services.Clock.Now() };

    public ToOwner Create(string key, string json = "{}") => Call(key, new CreateSession(key, SessionData.From(json))) with { DrawnId = Services.Routes.IdOf(Services.Routes.OfKey(key), SessionIds.Random256()) };

    public ValueTask DisposeAsync() => Services.DisposeAsync();
}
