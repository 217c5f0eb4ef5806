using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Starts the engines before any hosted service of the host starts: who is started earlier than Akka finds them up.</summary>
internal sealed class HostedStart(HostedStores stores) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => stores.StartAsync().WaitAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
