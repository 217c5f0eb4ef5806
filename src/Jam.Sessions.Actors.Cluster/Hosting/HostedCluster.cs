using System.Diagnostics.Metrics;
using Akka.Actor;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jam.Sessions.Actors.Cluster.Hosting;

/// <summary>The store that a container hands out, which is older than the node's part in the cluster: calls wait for its start.</summary>
internal sealed class HostedCluster(Action<JamSessionsClusterOptions> configure, IMeterFactory? meters) : IJamSessions, IHealthCheck
{
    private readonly TaskCompletionSource<JamSessionsCluster> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether Akka's builder has been told to start it.</summary>
    public bool IsAsked { get; private set; }

    public async Task<JamSessionsCluster> StartAsync(ActorSystem system)
    {
        IsAsked = true;
        try
        {
            var options = new JamSessionsClusterOptions();
            configure(options);
            _started.TrySetResult(await JamSessionsCluster.StartAsync(system, options, meters, CancellationToken.None).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            _started.TrySetException(e);
        }

        return await _started.Task.ConfigureAwait(false);
    }

    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) => SendAsync(new CreateSession(sessionKey, data), cancellationToken);

    public async ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default) =>
        await (await ClientAsync(cancellationToken).ConfigureAwait(false)).GetAsync(sessionId, cancellationToken).ConfigureAwait(false);

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) => SendAsync(new UpdateSession(sessionId, data), cancellationToken);

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new DeleteSession(sessionId), cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => SendAsync(new ClearSessions(sessionKey), cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new ReworkSession(sessionId), cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default) => SendAsync(new FlushSessions(), cancellationToken);

    public async Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) =>
        await (await ClientAsync(cancellationToken).ConfigureAwait(false)).SendAsync(request, cancellationToken).ConfigureAwait(false);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_started.Task.IsCompletedSuccessfully)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The node's part in the cluster is not up yet.");
        }

        var status = await this.StatusAsync(cancellationToken).ConfigureAwait(false);
        return new HealthCheckResult(
            status.Health switch
            {
                SessionsHealth.Healthy => HealthStatus.Healthy,
                SessionsHealth.Degraded => HealthStatus.Degraded,
                _ => context.Registration.FailureStatus,
            },
            status.Reason);
    }

    private async ValueTask<IJamSessions> ClientAsync(CancellationToken cancellationToken) =>
        (_started.Task.IsCompletedSuccessfully ? _started.Task.GetAwaiter().GetResult() : await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false)).Client;
}
