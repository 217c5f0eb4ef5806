using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Jam.Sessions.Actors;

/// <summary>The engine in a host that configures Akka.NET with Akka.Hosting.</summary>
public static class JamSessionsHosting
{
    /// <summary>Starts the engine together with the actor system.</summary>
    /// <remarks>
    /// A file that cannot be opened fails the host's start with that error. After the start <c>IRequiredActor&lt;JamSessions&gt;</c> is the
    /// engine's actor. <see cref="IJamSessions"/> is injectable where the delegate given to AddAkka returns the builder, as in
    /// <c>services.AddAkka("backend", (akka, sp) => akka.AddJamSessions(…))</c>, or after <see cref="AddJamSessionsClient"/>.
    /// </remarks>
    /// <param name="builder">The builder that AddAkka hands over.</param>
    /// <param name="configure">Sets options in code; what it leaves comes from HOCON under <c>jam.sessions</c>, and from the defaults.</param>
    public static AkkaConfigurationBuilder AddJamSessions(this AkkaConfigurationBuilder builder, Action<JamSessionsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Only what Akka reads: the defaults of jam.sessions come last by themselves, behind HOCON that the host adds after this.
        return builder
            .AddHocon(ResolvedOptions.Reference.GetValue("akka").AtKey("akka"), HoconAddMode.Append)
            .StartActors(async (system, registry) =>
            {
                var options = new JamSessionsOptions();
                configure?.Invoke(options);
                var engine = await HostedEngine.Of(system).StartAsync(() => JamSessions.StartAsync(system, options)).ConfigureAwait(false);
                registry.Register<JamSessions>(engine.Ref);
            });
    }

    /// <summary>Adds Akka.NET as Akka.Hosting does, and makes <see cref="IJamSessions"/> injectable.</summary>
    /// <remarks>
    /// Akka.Hosting calls the delegate when the container is already built, too late to register a service. A delegate that returns the
    /// builder selects this method, which registers the client first. A delegate with a statement body selects Akka.Hosting's own; call
    /// <see cref="AddJamSessionsClient"/> beside it.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="actorSystemName">The actor system's name.</param>
    /// <param name="configure">Configures Akka.NET and returns the builder.</param>
    public static IServiceCollection AddAkka(
        this IServiceCollection services, string actorSystemName, Func<AkkaConfigurationBuilder, IServiceProvider, AkkaConfigurationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AkkaHostingExtensions.AddAkka(services.AddJamSessionsClient(), actorSystemName, (builder, provider) => { configure(builder, provider); });
    }

    /// <inheritdoc cref="AddAkka(IServiceCollection, string, Func{AkkaConfigurationBuilder, IServiceProvider, AkkaConfigurationBuilder})" />
    public static IServiceCollection AddAkka(
        this IServiceCollection services, string actorSystemName, Func<AkkaConfigurationBuilder, AkkaConfigurationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddAkka(actorSystemName, (builder, _) => configure(builder));
    }

    /// <summary>Makes <see cref="IJamSessions"/> injectable, for the engine that <see cref="AddJamSessions"/> starts.</summary>
    /// <remarks>Calls made before the engine has started wait for it; if its start failed, they throw that error.</remarks>
    /// <param name="services">The host's services.</param>
    public static IServiceCollection AddJamSessionsClient(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IJamSessions>(provider => new HostedClient(provider.GetRequiredService<ActorSystem>));
        return services;
    }
}
