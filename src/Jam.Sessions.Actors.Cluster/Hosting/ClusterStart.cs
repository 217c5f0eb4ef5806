using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Cluster.Hosting;

/// <summary>Fails the start of a host in which nothing starts the node's part in the cluster: its calls would wait for ever.</summary>
internal sealed class ClusterStart(HostedCluster cluster) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => cluster.IsAsked ? Task.CompletedTask : Task.FromException(new InvalidOperationException(
        "AddJamSessionsCluster was called, but nothing starts the sessions. Add .WithJamSessionsCluster() to services.AddAkka(…)."));

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
