using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors.Cluster.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jam.Sessions.Actors.Cluster;

/// <summary>The sessions of a cluster in a host that configures Akka.NET with Akka.Hosting.</summary>
public static class JamSessionsClusterHosting
{
    private const string HealthCheckName = "jam-sessions";

    /// <summary>Registers <see cref="IJamSessions"/>, and the health check <c>jam-sessions</c> (tag <c>ready</c>). <see cref="WithJamSessionsCluster"/> inside AddAkka starts it.</summary>
    /// <remarks>One without the other, or another store without a name beside it, fails the host's start. The meter <c>Jam.Sessions.Actors</c> is made by the host's factory.</remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options; the same on all nodes.</param>
    public static IServiceCollection AddJamSessionsCluster(this IServiceCollection services, Action<JamSessionsClusterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddSingleton(provider => new HostedCluster(configure, provider.GetService<IMeterFactory>()));
        services.AddSingleton<IJamSessions>(static provider => provider.GetRequiredService<HostedCluster>());
        services.AddHostedService<ClusterStart>();
        services.AddHealthChecks();
        services.PostConfigure<HealthCheckServiceOptions>(static options =>
        {
            if (options.Registrations.Any(static check => check.Name == HealthCheckName))
            {
                throw new InvalidOperationException(
                    "AddJamSessionsCluster is not the only store without a name. Take services.AddJamSessions(…), or the second AddJamSessionsCluster, out; a store in a file beside the cluster has a name: services.AddJamSessions(\"local\", …).");
            }

            options.Registrations.Add(new HealthCheckRegistration(HealthCheckName, static provider => provider.GetRequiredService<HostedCluster>(), failureStatus: null, ["ready"]));
        });
        return services;
    }

    /// <summary>Takes part in the cluster, beside the host's own <c>WithRemoting</c> and <c>WithClustering</c>; <c>IRequiredActor&lt;JamSessions&gt;</c> is then the store.</summary>
    /// <remarks>Adds <see cref="JamSessionsCluster.DefaultConfig"/> under the host's configuration. Tables or settings that do not fit fail the host's start, with what to do.</remarks>
    /// <param name="builder">The builder that AddAkka hands over.</param>
    public static AkkaConfigurationBuilder WithJamSessionsCluster(this AkkaConfigurationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddHocon(JamSessionsCluster.DefaultConfig, HoconAddMode.Append).AddStartup(static async (system, registry) =>
        {
            var hosted = Akka.DependencyInjection.DependencyResolver.For(system).Resolver.GetService<HostedCluster>() ?? throw new InvalidOperationException(
                "WithJamSessionsCluster was called, but no store is registered. Add services.AddJamSessionsCluster(options => options.ConnectionString = \"…\");");
            registry.Register<JamSessions>((await hosted.StartAsync(system).ConfigureAwait(false)).Ref);
        });
    }
}
