using System.Diagnostics.Metrics;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>What a node's part of one store is made of.</summary>
internal sealed class NodeServices : IAsyncDisposable
{
    /// <summary>How far a node's wall clock may be off.</summary>
    public static readonly TimeSpan MostClockOffset = TimeSpan.FromSeconds(1);

    /// <param name="system">Whose event stream hears of events, where the options say so.</param>
    /// <param name="options">Of the sessions.</param>
    /// <param name="database">The way to the rows.</param>
    /// <param name="routes">Where keys belong.</param>
    /// <param name="certainty">Whether the node knows that it is a member.</param>
    /// <param name="meters">Whoever makes the meters of the host; null: nobody does.</param>
    public NodeServices(ActorSystem system, ResolvedOptions options, Database database, Routes routes, Certainty certainty, IMeterFactory? meters)
    {
        (Options, Database, Routes, Certainty) = (options, database, routes, certainty);
        Clock = new WallClock(options.TimeProvider);
        Rules = options.Rules();
        Events = new EventHub(options.StoreName, options.PublishEvents ? system.EventStream.Publish : null, Clock);
        Ends = new RecentEnds(options.MaxRememberedEnds);
        Telemetry = JamSessions.TelemetryOf(system, options, Events, meters, hasFile: false);
        Telemetry.Observe(Status);
        var codec = new RowCodec(Rules, Clock);
        Reader = new RowReader(database, codec);
        Writer = new RowWriter(database, codec, Node, Telemetry);
    }

    /// <summary>This life of this node.</summary>
    public Guid Node { get; } = Guid.NewGuid();

    public ResolvedOptions Options { get; }

    public SessionRules Rules { get; }

    public WallClock Clock { get; }

    public Database Database { get; }

    public RowReader Reader { get; }

    public RowWriter Writer { get; }

    public Routes Routes { get; }

    public Certainty Certainty { get; }

    public EventHub Events { get; }

    /// <summary>Why sessions are gone that ended here.</summary>
    public RecentEnds Ends { get; }

    /// <summary>What of this node is seen from outside.</summary>
    public EngineTelemetry Telemetry { get; }

    /// <summary>What this node owns, as reads on it see it.</summary>
    public OwnerViews Views { get; } = new();

    /// <summary>How much this node owns.</summary>
    public OwnedCounts Owned { get; } = new();

    /// <summary>The way to all owners; nobody until the region is up.</summary>
    public IActorRef Region { get; set; } = ActorRefs.Nobody;

    /// <summary>Whether another cluster is at work on the same tables, and was there before this one; null until that is known.</summary>
    public bool? Dispute { get; set; }

    /// <summary>Whether another cluster may be there.</summary>
    public bool IsDisputed => Dispute != false;

    /// <summary>Whether the keys that this node owns are owned by nobody else, for sure.</summary>
    public bool IsSure => !IsDisputed && Certainty.IsSure;

    /// <summary>Whether the node's part has ended, or its actor system has.</summary>
    public bool IsEnded { get; set; }

    public SessionsStatus Status() => Verdict() with
    {
        Sessions = Owned.Sessions,
        Keys = Owned.Keys,
        KeyActors = Owned.Owners,
        FailedCommits = Telemetry.Health.FailedCommits,
    };

    /// <summary>Changes are in the rows: tells those who listen and those who count, and whoever asks later why a session is gone.</summary>
    public void Committed(in BatchChanges changes)
    {
        Telemetry.Count(changes.Stated);
        foreach (var change in changes.Stated)
        {
            if (change.Before is { } before && change.After?.Id != before.Id)
            {
                Ends.Add(before.Id, Intents.Why(change.Intent));
            }
        }

        var notice = changes.Stated.IsEmpty ? null : Events.NoticeOf(changes.Stated);
        notice?.Durable();
        notice?.Published();
    }

    /// <summary>Its keys have other owners: nobody is served here any more.</summary>
    public async Task LeaveAsync()
    {
        IsEnded = true;
        try
        {
            await Reader.ForgetNodeAsync(Node).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            // Its row grows old by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        IsEnded = true;
        Events.Close();
        Telemetry.Dispose();
        await Writer.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
    }

    private SessionsStatus Verdict() =>
        IsEnded ? new SessionsStatus(SessionsHealth.Unhealthy, "The engine has ended.")
        : Dispute is null ? new SessionsStatus(SessionsHealth.Unhealthy, "This node is not up yet: it joins the cluster, or looks for one.")
        : IsDisputed ? new SessionsStatus(SessionsHealth.Unhealthy, "This node is in a cluster of its own, beside the one that uses the tables: give all nodes the same seed nodes.")
        : Certainty.ClockOffset.Duration() > MostClockOffset ? new SessionsStatus(SessionsHealth.Unhealthy, $"The clock of this machine is {Certainty.ClockOffset.TotalSeconds:0.0} s off that of the other nodes.")

        // As a disk that refuses: whoever takes all nodes out of the balance for it takes the reads away too.
        : Database.IsAway ? new SessionsStatus(SessionsHealth.Degraded, "PostgreSQL cannot be reached: changes fail; sessions whose owners are up are read.")
        : !Certainty.IsSure ? new SessionsStatus(SessionsHealth.Degraded, "This node does not hear a majority of the cluster.")
        : new SessionsStatus(SessionsHealth.Healthy, "Every change is committed to PostgreSQL before it is answered.");
}
