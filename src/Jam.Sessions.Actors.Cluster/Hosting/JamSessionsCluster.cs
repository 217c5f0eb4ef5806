using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Akka.Event;
using Jam.Sessions.Actors.Cluster.Client;
using Jam.Sessions.Actors.Cluster.Hosting;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Wire;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cluster;

/// <summary>A node's part of the sessions that a cluster shares: the same messages and methods as in a single process.</summary>
public sealed class JamSessionsCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _ended = new();
    private readonly Task _life;
    private int _isDisposed;

    private JamSessionsCluster(ActorSystem system, NodeServices node, ClusterClient client, IActorRef store, ILoggingAdapter log)
    {
        (System, Services, Client, Ref) = (system, node, client, store);
        var watch = new Watch(node, Akka.Cluster.Cluster.Get(system), isDisputed => TellDispute(log, isDisputed));
        _life = Task.WhenAll(client.Sweeper.RunAsync(node.Options.SweepInterval, _ended.Token), watch.RunAsync(new EndsFeed(node).TellAsync, _ended.Token));
    }

    /// <summary>The actor to ask: <c>await Ref.Ask&lt;string&gt;(new CreateSession(…))</c>.</summary>
    public IActorRef Ref { get; }

    /// <summary>The sessions as method calls.</summary>
    public IJamSessions Client { get; }

    internal ActorSystem System { get; }

    /// <summary>What the node's part is made of.</summary>
    internal NodeServices Services { get; }

    /// <summary>What Akka needs to know: to be added under the host's own configuration.</summary>
    public static Config DefaultConfig { get; } = ConfigurationFactory.FromResource<JamSessionsCluster>("cluster.conf");

    /// <summary>Makes or checks the tables, and takes part in the cluster.</summary>
    /// <remarks>The node need not be a member yet: until it is, calls wait.</remarks>
    /// <param name="system">With <c>akka.actor.provider = cluster</c> and <see cref="DefaultConfig"/>.</param>
    /// <param name="options">As on all other nodes.</param>
    /// <param name="cancellationToken">Ends the wait for PostgreSQL.</param>
    /// <exception cref="JamSessionsOptionsException">Options, or settings of Akka, that cannot work.</exception>
    /// <exception cref="SessionStoreException">PostgreSQL cannot be reached, or its tables do not fit.</exception>
    public static Task<JamSessionsCluster> StartAsync(ActorSystem system, JamSessionsClusterOptions options, CancellationToken cancellationToken = default) =>
        StartAsync(system, options, meters: null, cancellationToken);

    internal static async Task<JamSessionsCluster> StartAsync(ActorSystem system, JamSessionsClusterOptions options, IMeterFactory? meters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(options);
        var resolved = ClusterRules.Resolve(options, system);
        var secret = await ClusterSchema.PrepareAsync(options.ConnectionString, options.Schema, options.CreateSchema, cancellationToken).ConfigureAwait(false);
        var log = Logging.GetLogger(system, typeof(JamSessionsCluster));
        var database = new Database(options.ConnectionString, options.Schema, options.CallTimeout) { OnAway = (isAway, why) => Tell(log, isAway, why) };
        var node = new NodeServices(system, resolved, database, new Routes(secret), Certainties.Of(system), meters);
        try
        {
            await database.CheckTimelineAsync().ConfigureAwait(false);
            await WarnAsync(node, log).ConfigureAwait(false);
            await node.Reader.BeginLivesAsync().ConfigureAwait(false);
            node.Region = await StartRegionAsync(system, options, node).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await node.DisposeAsync().ConfigureAwait(false);
            ExceptionDispatchInfo.Throw(e is DatabaseException fault ? fault.ForHost() : e);
        }

        var client = new ClusterClient(node);
        var store = system.ActorOf(Props.Create(() => new StoreActor(client)), $"jam-sessions-{options.Schema}-{node.Node:N}");
        var cluster = new JamSessionsCluster(system, node, client, store, log);

        // Owners finish what is under way while their shards move; then nobody is served here any more.
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseClusterLeave, $"jam-sessions-{node.Node:N}", async () =>
        {
            await node.LeaveAsync().ConfigureAwait(false);
            return Akka.Done.Instance;
        });
        _ = system.WhenTerminated.ContinueWith(_ => cluster.EndAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return cluster;
    }

    /// <summary>Hands this node's keys over, and takes no more requests.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Services.IsEnded)
        {
            Services.IsEnded = true;
            try
            {
                await Services.Region.GracefulStop(s_stopTimeout, GracefulShutdown.Instance).ConfigureAwait(false);
            }
            catch (TaskCanceledException)
            {
                // The cluster takes the keys from a node that does not hand them over.
            }

            await Services.LeaveAsync().ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
    }

    private static async Task<IActorRef> StartRegionAsync(ActorSystem system, JamSessionsClusterOptions options, NodeServices node)
    {
        var sharding = ClusterSharding.Get(system);
        var (name, extractor) = ($"jam-sessions-{options.Schema}", new OwnerExtractor(ClusterSchema.Shards));
        var settings = ClusterShardingSettings.Create(system)
            .WithStateStoreMode(StateStoreMode.DData)
            .WithRememberEntities(false)
            .WithRole(options.Role)
            .WithPassivateIdleAfter(options.KeyIdleTimeout);
        var allocation = new SteadyAllocation(sharding.DefaultShardAllocationStrategy(settings), node.Database);
        return options.Role is null || Akka.Cluster.Cluster.Get(system).SelfRoles.Contains(options.Role)
            ? await sharding.StartAsync(
                name, owner => Props.Create(() => new SessionOwner(owner, node)), settings, extractor, allocation, StopOwner.Instance).ConfigureAwait(false)
            : await sharding.StartProxyAsync(name, options.Role, extractor).ConfigureAwait(false);
    }

    private static async Task WarnAsync(NodeServices node, ILoggingAdapter log)
    {
        if (await node.Reader.UnsafeSettingsAsync().ConfigureAwait(false) is { Count: > 0 } unsafeSettings)
        {
            log.Warning("jam.sessions: PostgreSQL acknowledges changes that a crash may take back ({0}): set them to on, or accept the loss (event 701)", string.Join(", ", unsafeSettings));
        }
    }

    private static void Tell(ILoggingAdapter log, bool isAway, string why)
    {
        if (isAway)
        {
            log.Error("jam.sessions: PostgreSQL cannot be reached ({0}): changes fail at once until it is back (event 702)", why);
        }
        else
        {
            log.Info("jam.sessions: PostgreSQL takes changes again (event 703)");
        }
    }

    private static void TellDispute(ILoggingAdapter log, bool isDisputed)
    {
        if (isDisputed)
        {
            log.Error("jam.sessions: another cluster is at work on the same tables, and was there before this one. This node owns nothing until it is gone. Give all nodes the same seed nodes (event 704)");
        }
        else
        {
            log.Info("jam.sessions: this node takes its part of the keys (event 705)");
        }
    }

    private async ValueTask EndAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Services.IsEnded = true;
            await _ended.CancelAsync().ConfigureAwait(false);
            await _life.ConfigureAwait(false);
            await Services.DisposeAsync().ConfigureAwait(false);
            _ended.Dispose();
        }
    }
}
