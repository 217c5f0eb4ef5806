using System.Diagnostics;
using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors;

/// <summary>A running engine: its actor, its typed client, and its end.</summary>
/// <remarks>Also the key under which Akka.Hosting knows the actor: <c>IRequiredActor&lt;JamSessions&gt;</c>.</remarks>
public sealed class JamSessions : IJamSessions, IAsyncDisposable
{
    private static readonly TimeSpan s_lockPoll = TimeSpan.FromMilliseconds(100);

    private static int s_count;

    private JamSessions(SessionsRef gateway, ManagerServices services)
    {
        Ref = gateway;
        Client = new JamSessionsClient(gateway);
        Ended = services.End.Task;
        Services = services;
    }

    /// <summary>The actor to ask: <c>await Ref.Ask&lt;string&gt;(new CreateSession(…))</c>.</summary>
    public IActorRef Ref { get; }

    /// <summary>The engine as method calls.</summary>
    public IJamSessions Client { get; }

    /// <summary>Opens the file, replays its journal and starts the engine in an actor system of the host's own.</summary>
    /// <remarks>When the system terminates through CoordinatedShutdown, which <c>ActorSystem.Terminate()</c> runs too, the engine drains first.</remarks>
    /// <param name="system">Where the engine's actors live.</param>
    /// <param name="options">Null: everything from HOCON and the defaults.</param>
    /// <param name="cancellationToken">Checked before the file is opened, and while another process has it.</param>
    /// <exception cref="JamSessionsOptionsException">Options that cannot work.</exception>
    /// <exception cref="SessionSecretException">The secret is unusable or does not fit the file.</exception>
    /// <exception cref="SessionStoreException">The file cannot be opened, is damaged, is locked, or conflicts with its journal.</exception>
    public static async Task<JamSessions> StartAsync(
        ActorSystem system, JamSessionsOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        return await StartAsync(system, options ?? new JamSessionsOptions(), disk: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finishes what was accepted, writes the JSON file, and lets go of it. Later requests get <see cref="SessionsStoppingException"/>.</summary>
    /// <remarks>An engine that was stopped, or whose actor system has terminated, has let go of it already.</remarks>
    /// <exception cref="SessionStoreException">
    /// The JSON file could not be written. The engine has ended and let go of it all the same; everything acknowledged is in the journal beside it.
    /// </exception>
    public async ValueTask DisposeAsync()
    {
        if (Ended.IsCompleted)
        {
            return;
        }

        Ref.Tell(Drain.Instance, ActorRefs.NoSender);
        if (await Ended.ConfigureAwait(false) is { } shortfall)
        {
            throw shortfall.Fresh();
        }
    }

    /// <inheritdoc />
    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) => Client.CreateAsync(sessionKey, data, cancellationToken);

    /// <inheritdoc />
    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default) => Client.GetAsync(sessionId, cancellationToken);

    /// <inheritdoc />
    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) => Client.UpdateAsync(sessionId, data, cancellationToken);

    /// <inheritdoc />
    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) => Client.DeleteAsync(sessionId, cancellationToken);

    /// <inheritdoc />
    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => Client.ClearAsync(sessionKey, cancellationToken);

    /// <inheritdoc />
    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) => Client.ReworkAsync(sessionId, cancellationToken);

    /// <inheritdoc />
    public Task FlushAsync(CancellationToken cancellationToken = default) => Client.FlushAsync(cancellationToken);

    /// <inheritdoc />
    public Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) => Client.SendAsync(request, cancellationToken);

    /// <summary>What the engine is made of.</summary>
    internal ManagerServices Services { get; }

    /// <summary>Complete once the engine has let go of the file: null, or what the file lacks and why.</summary>
    internal Task<JamSessionsException?> Ended { get; }

    internal static Task<JamSessions> StartAsync(
        ActorSystem system, JamSessionsOptions options, IDisk? disk, CancellationToken cancellationToken = default) =>
        StartAsync(system, ResolvedOptions.Resolve(options, system.Settings.Config), disk, cancellationToken);

    internal static async Task<JamSessions> StartAsync(
        ActorSystem system, ResolvedOptions resolved, IDisk? disk = null, CancellationToken cancellationToken = default, IMeterFactory? meters = null)
    {
        var ring = Secrets.RingOf(resolved);
        var clock = new WallClock(resolved.TimeProvider);
        var log = new EngineLog(Logging.GetLogger(system, typeof(JamSessions)));
        if (resolved.InMemory)
        {
            log.Write(LogLines.InMemory);
            return await StartAsync(system, resolved, ring, clock, meters, [], (_, _) => _ => new MemoryLog()).ConfigureAwait(false);
        }

        disk ??= PhysicalDisk.Of(resolved.AllowUnlocked, warning => log.Write(LogLines.WeakFileSystem, warning));
        var (store, documents) = await OpenAsync(disk, resolved, ring, clock, cancellationToken).ConfigureAwait(false);
        AdminSocket? socket = null;
        try
        {
            socket = resolved.AdminSocket ? AdminSocket.Bind(resolved.AdminSocketPath) : null;
            var engine = await StartAsync(system, resolved, ring, clock, meters, documents, LogOver(new JournaledFile(store, documents), resolved)).ConfigureAwait(false);
            StartReport.Log(log, resolved.JsonPath, store, documents);
            Operators.Admit(socket, engine, resolved, clock, log);
            return engine;
        }
        catch
        {
            socket?.Dispose();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Opens the file; while another process has it, again and again until the lock timeout is over.</summary>
    private static async Task<(SessionStore Store, IReadOnlyList<Document> Documents)> OpenAsync(
        IDisk disk, ResolvedOptions options, KeyRing? ring, WallClock clock, CancellationToken cancellationToken)
    {
        var codec = StoreCodec.Of(options, ring, clock);
        var since = options.TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return await Task.Run(() => Recovery.Open(disk, options.JsonPath, codec, Holder(), options.AllowForeignFile), cancellationToken).ConfigureAwait(false);
            }
            catch (SessionStoreLockedException) when (options.LockTimeout - options.TimeProvider.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left < s_lockPoll ? left : s_lockPoll, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<JamSessions> StartAsync(
        ActorSystem system, ResolvedOptions options, KeyRing? ring, WallClock clock, IMeterFactory? meters, IReadOnlyList<Document> documents,
        Func<EngineThreads, EngineTelemetry, Func<IActorRefFactory, ICommitLog>> log)
    {
        var rules = options.Rules();
        var (table, threads) = (new SessionTable(documents, options.MaxRememberedEnds, knowsPredecessors: rules.ReworkGrace is not null), EngineThreads.Rent(system));

        // As in jam the id that is given out is a token; what is hashed stays as short as it was made.
        var identities = new IdentitySource(options, table, rules.Ids, rules.Ids.AreHashed ? null : ring?.Fernet);
        var events = new EventHub(options.StoreName, options.PublishEvents ? system.EventStream.Publish : null, clock);
        var telemetry = TelemetryOf(system, options, events, meters, hasFile: true);
        var services = new ManagerServices(options, table, identities, threads, clock, events, telemetry)
        {
            OpenLog = log(threads, telemetry),
            KeyActors = (log, keys) => threads.OnCallersThread(SessionKeyActor.Props(new(table, identities, log, keys, rules, events, clock, telemetry))),
        };
        var manager = (IInternalActorRef)system.ActorOf(
            threads.OnWorkers(SessionManager.Props(services), isGuarded: false), $"jam-sessions-{Interlocked.Increment(ref s_count)}");
        try
        {
            await services.Started.Task.ConfigureAwait(false);
        }
        catch
        {
            telemetry.Dispose();
            throw;
        }

        StartScheduler(system);
        var engine = new JamSessions(services.GatewayOf(manager), services);
        LiveEngines.Of(system).Add(engine, () => EngineThreads.Return(system, threads));
        return engine;
    }

    /// <remarks>
    /// Akka's begins with a wait for a thread of the pool, and keeps the ambient context of who begins it. A dispatcher whose last actor stops
    /// schedules something: that must find it begun.
    /// </remarks>
    private static void StartScheduler(ActorSystem system) =>
        Ambient.Without(static scheduler => scheduler.ScheduleOnceCancelable(TimeSpan.Zero, static () => { }), system.Scheduler.Advanced);

    internal static EngineTelemetry TelemetryOf(ActorSystem system, ResolvedOptions options, EventHub events, IMeterFactory? meters, bool hasFile)
    {
        var log = new EngineLog(Logging.GetLogger(system, typeof(JamSessions)));
        var perMinute = options.GuessingAlarmPerMinute;
        var alarm = perMinute == 0 ? null : new GuessAlarm(perMinute, options.TimeProvider, count =>
        {
            events.Guessed(count);
            log.Write(LogLines.Guessing, count, perMinute);
        });
        var patience = StoreHealth.Patience + (options.Durability == Durability.Relaxed ? options.FlushInterval : TimeSpan.Zero);
        return new EngineTelemetry(meters, options.StoreName, new StoreHealth(options.TimeProvider, patience), alarm, hasFile);
    }

    private static Func<EngineThreads, EngineTelemetry, Func<IActorRefFactory, ICommitLog>> LogOver(JournaledFile file, ResolvedOptions options) => (threads, telemetry) => parent =>
    {
        var commits = new CommitQueue(options.Durability, options.TimeProvider);
        var persistence = parent.ActorOf(threads.OnWriter(PersistenceActor.Props(file, commits, options, threads, telemetry)), "persistence");
        return new JournaledLog(file, commits, persistence);
    };

    private static string Holder()
    {
        using var process = Process.GetCurrentProcess();
        return $"{process.ProcessName} (process {Environment.ProcessId} on {Environment.MachineName})";
    }
}
