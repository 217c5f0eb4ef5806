using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The health check of a store: whether requests should be sent to this process. It writes nothing, and starts no engine.</summary>
internal sealed class StoreHealthCheck(HostedStore store) : IHealthCheck
{
    public const string Name = "jam-sessions";
    public const string ReadyTag = "ready";

    /// <param name="store">The store's name; empty for the one that needs none.</param>
    public static HealthCheckRegistration Of(string store) => new(
        store.Length == 0 ? Name : $"{Name}-{store}",
        provider => new StoreHealthCheck(provider.GetRequiredService<HostedStores>().Of(store)),
        failureStatus: null,
        [ReadyTag]);

    /// <summary>Of the engine that an actor system's registry knows.</summary>
    public static async Task<HealthCheckResult> OfRegisteredAsync(ActorSystem system, ActorRegistry registry, CancellationToken cancellationToken) =>
        registry.TryGet<JamSessions>(out var engine)
            ? ResultOf(await engine.Ask<SessionsStatus>(new GetSessionsStatus(), cancellationToken).ConfigureAwait(false), HealthStatus.Unhealthy)
            : HealthCheckResult.Unhealthy("The engine is not up yet.");

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(ResultOf(store.Status(), context.Registration.FailureStatus));

    private static HealthCheckResult ResultOf(SessionsStatus status, HealthStatus onFailure) => new(
        status.Health switch
        {
            SessionsHealth.Healthy => HealthStatus.Healthy,
            SessionsHealth.Degraded => HealthStatus.Degraded,
            _ => onFailure,
        },
        status.Reason);
}
