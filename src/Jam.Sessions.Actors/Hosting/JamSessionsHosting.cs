using Akka.Actor;
using Akka.DependencyInjection;
using Akka.Hosting;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors;

/// <summary>The engine in a host that configures Akka.NET with Akka.Hosting: <c>services.AddJamSessions(…)</c> and <c>akka.WithJamSessions()</c>.</summary>
public static class JamSessionsHosting
{
    /// <summary>Registers a store: <see cref="IJamSessions"/> and <c>IRequiredActor&lt;JamSessions&gt;</c>.</summary>
    /// <remarks>
    /// <c>akka.WithJamSessions()</c> inside AddAkka starts it. It is up before any hosted service starts; a call that comes even earlier starts it.
    /// A file that cannot be opened, or options that cannot work, fail the host's start with that error.
    /// The health check <c>jam-sessions</c> (tag <c>ready</c>) is registered too, and the meter <c>Jam.Sessions.Actors</c> is made by the host's factory.
    /// Options: <paramref name="configure"/>, then HOCON under <c>jam.sessions</c>, then the defaults.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options in code.</param>
    public static IServiceCollection AddJamSessions(this IServiceCollection services, Action<JamSessionsOptions>? configure = null) =>
        services.AddStore("", section: null, configure);

    /// <summary>The same with options from the host's configuration.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">Keys as in <c>reference.conf</c>, or in .NET's spelling (<c>JsonPath</c>); they win over HOCON. A key that is not known fails the start.</param>
    /// <param name="configure">Sets options in code, over the section.</param>
    public static IServiceCollection AddJamSessions(this IServiceCollection services, IConfiguration section, Action<JamSessionsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddStore("", section, configure);
    }

    /// <summary>Registers a further store under a name: both services are keyed by it (<c>[FromKeyedServices("mobile")] IJamSessions</c>).</summary>
    /// <remarks>Its options in HOCON are <c>jam.sessions.stores.{name}</c>, over those that all stores share; its file is <c>sessions-{name}.json</c> unless that is set.</remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="name">Latin letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <param name="configure">Sets options in code.</param>
    /// <exception cref="ArgumentException">The name is of another shape, or is taken.</exception>
    public static IServiceCollection AddJamSessions(this IServiceCollection services, string name, Action<JamSessionsOptions>? configure = null) =>
        services.AddStore(Checked(name), section: null, configure);

    /// <inheritdoc cref="AddJamSessions(IServiceCollection, string, Action{JamSessionsOptions}?)" />
    /// <param name="services">The host's services.</param>
    /// <param name="name">Latin letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <param name="section">Keys as in <c>reference.conf</c>, or in .NET's spelling; they win over HOCON.</param>
    /// <param name="configure">Sets options in code, over the section.</param>
    public static IServiceCollection AddJamSessions(this IServiceCollection services, string name, IConfiguration section, Action<JamSessionsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddStore(Checked(name), section, configure);
    }

    /// <summary>Starts the stores that <c>services.AddJamSessions(…)</c> has registered, together with the actor system.</summary>
    /// <remarks>
    /// They end with it, after the web server: on SIGTERM Akka's own hook is off (<c>akka.coordinated-shutdown.run-by-clr-shutdown-hook</c>), which
    /// would drain beside requests that are still served. HOCON of the host may set it again.
    /// </remarks>
    /// <param name="builder">The builder that AddAkka hands over.</param>
    public static AkkaConfigurationBuilder WithJamSessions(this AkkaConfigurationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Only what Akka reads: the defaults of jam.sessions come last by themselves, behind HOCON that the host adds after this.
        return builder
            .AddSetup(new EnginesSetup())
            .AddHocon(ResolvedOptions.Reference.GetValue("akka").AtKey("akka"), HoconAddMode.Append)
            .StartActors(static async (system, registry) =>
            {
                var hosted = DependencyResolver.For(system).Resolver.GetService<HostedStores>() ?? throw new InvalidOperationException(
                    "WithJamSessions was called, but no store is registered. Add services.AddJamSessions(options => options.JsonPath = \"sessions.json\");");
                await hosted.StartAsync().ConfigureAwait(false);
                if (hosted.Unnamed is { } unnamed)
                {
                    registry.Register<JamSessions>((await unnamed.StartAsync().ConfigureAwait(false)).Ref);
                }
            });
    }

    /// <summary>A health check of an engine that the host has started itself and registered: <c>registry.Register&lt;JamSessions&gt;(engine.Ref)</c>.</summary>
    /// <remarks>Stores of <c>services.AddJamSessions(…)</c> have theirs already: <c>jam-sessions</c>, and <c>jam-sessions-{name}</c>. A readiness check, never a liveness check: a restart mends no disk.</remarks>
    /// <param name="builder">The builder that AddAkka hands over.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Its tags; null: <c>ready</c>.</param>
    public static AkkaConfigurationBuilder WithJamSessionsHealthCheck(this AkkaConfigurationBuilder builder, string name = StoreHealthCheck.Name, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithHealthCheck(name, StoreHealthCheck.OfRegisteredAsync, failureStatus: null, tags: tags ?? [StoreHealthCheck.ReadyTag]);
    }

    private static IServiceCollection AddStore(this IServiceCollection services, string name, IConfiguration? section, Action<JamSessionsOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ImplementationInstance is StoreRegistration other && other.Name == name))
        {
            throw new ArgumentException(
                name.Length == 0 ? "AddJamSessions was called twice. Give the second store a name: services.AddJamSessions(\"mobile\", …)." : $"The store {name} is registered already.", nameof(name));
        }

        services.AddSingleton(new StoreRegistration(name, section));
        var options = services.AddOptions<JamSessionsOptions>(name);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddHealthChecks().Add(StoreHealthCheck.Of(name));
        services.TryAddSingleton<HostedStores>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HostedStart>());
        if (name.Length == 0)
        {
            services.TryAddSingleton(static provider => provider.GetRequiredService<HostedStores>().Of("").Client);
        }
        else
        {
            services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<HostedStores>().Of((string)key!).Client);
            services.AddKeyedSingleton<IRequiredActor<JamSessions>>(name, static (provider, key) => provider.GetRequiredService<HostedStores>().Of((string)key!));
        }

        return services;
    }

    private static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? name : throw new ArgumentException(
            "The name of a store has Latin letters, digits, - and _ alone: it stands in HOCON and in a file's name.", nameof(name));
    }
}
