using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Jam.Sessions.Actors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>One store of a host, and its engine, which is started once: by the host's start, or by who needs it before that.</summary>
internal sealed class HostedStore : IRequiredActor<JamSessions>
{
    private readonly Lazy<Task<JamSessions>> _engine;

    /// <param name="start">Starts the engine.</param>
    public HostedStore(Func<Task<JamSessions>> start)
    {
        // On a thread of the pool: who blocks on a first call must not block the start.
        _engine = new(() => Task.Run(start));
        Client = new HostedClient(this);
    }

    public IJamSessions Client { get; }

    /// <summary>The engine's actor; to be asked for once the engine is up.</summary>
    /// <remarks>Blocks until then, as Akka.Hosting's own <c>IRequiredActor</c> does.</remarks>
    public IActorRef ActorRef => StartAsync().GetAwaiter().GetResult().Ref;

    public async Task<IActorRef> GetAsync(CancellationToken cancellationToken = default) => (await StartAsync().WaitAsync(cancellationToken).ConfigureAwait(false)).Ref;

    public Task<JamSessions> StartAsync() => _engine.Value;

    /// <summary>How the engine is; it is not started for that.</summary>
    public SessionsStatus Status() => !_engine.IsValueCreated || !_engine.Value.IsCompleted ? new(SessionsHealth.Unhealthy, "The engine is not up yet.")
        : _engine.Value.IsCompletedSuccessfully ? _engine.Value.GetAwaiter().GetResult().Services.Status()
        : new(SessionsHealth.Unhealthy, "The engine could not start.");
}

/// <summary>The stores that a host has registered.</summary>
internal sealed class HostedStores
{
    private readonly IServiceProvider _services;
    private readonly Dictionary<string, HostedStore> _stores;

    public HostedStores(IEnumerable<StoreRegistration> registrations, IServiceProvider services)
    {
        _services = services;
        _stores = registrations.ToDictionary(store => store.Name, store => new HostedStore(() => StartAsync(store)), StringComparer.Ordinal);
    }

    /// <summary>The store that needs no name; null where all have one.</summary>
    public HostedStore? Unnamed => _stores.GetValueOrDefault("");

    public HostedStore Of(string name) => _stores[name];

    /// <summary>Starts all of them; one after the other, so that the first failure is the one that is told.</summary>
    /// <exception cref="JamSessionsOptionsException">HOCON has a section for a store that nobody has registered.</exception>
    public async Task StartAsync()
    {
        foreach (var store in _stores.Values)
        {
            await store.StartAsync().ConfigureAwait(false);
        }

        var unknown = ResolvedOptions.StoresIn(_services.GetRequiredService<ActorSystem>().Settings.Config).Except(_stores.Keys).ToList();
        if (unknown.Count > 0)
        {
            throw new JamSessionsOptionsException(
                [.. unknown.Select(name => $"jam.sessions.stores.{name} is no registered store; add services.AddJamSessions(\"{name}\"), or take the section out.")]);
        }
    }

    private async Task<JamSessions> StartAsync(StoreRegistration store)
    {
        var system = _services.GetService<ActorSystem>() ?? throw new InvalidOperationException(
            "AddJamSessions needs an actor system, and there is none. Add services.AddAkka(\"backend\", (akka, _) => akka.WithJamSessions());");
        if (!system.Settings.Setup.Get<EnginesSetup>().HasValue)
        {
            throw new InvalidOperationException(
                "AddJamSessions was called, but AddAkka does not start the engine. Add the line akka.WithJamSessions() to it.");
        }

        var options = _services.GetRequiredService<IOptionsMonitor<JamSessionsOptions>>().Get(store.Name);
        var resolved = ResolvedOptions.Resolve(options, system.Settings.Config, store.Name, store.SectionAsHocon());
        return await JamSessions.StartAsync(system, resolved, meters: _services.GetService<IMeterFactory>()).ConfigureAwait(false);
    }
}

/// <summary>What AddJamSessions was told of a store.</summary>
/// <param name="Name">Empty for the one that needs none.</param>
/// <param name="Section">Keys of the host's own configuration; null where there are none.</param>
internal sealed record StoreRegistration(string Name, IConfiguration? Section)
{
    public Config? SectionAsHocon() => Section is null ? null : HostConfiguration.ToHocon(Section, ResolvedOptions.Reference.GetConfig("jam.sessions"));

    public override string ToString() => nameof(StoreRegistration);
}
