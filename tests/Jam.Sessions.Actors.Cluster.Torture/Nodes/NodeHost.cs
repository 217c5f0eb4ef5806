using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>The process of a node: a host that is called over a Unix socket, and stops in good order on SIGTERM.</summary>
/// <remarks>It prints <see cref="Ready"/> when it has been able to answer a call itself.</remarks>
internal static class NodeHost
{
    public const string Ready = "ready";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(NodeOptions options)
    {
        var backend = IBackend.Find(options.Backend) ?? throw new ArgumentException($"There is no backend {options.Backend}.", nameof(options));
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_patience);
        backend.Configure(builder, options);

        // Registered last, it stops first: who has been heard is answered while the engine still can.
        builder.Services.AddHostedService(services =>
        {
            var sessions = services.GetRequiredService<IJamSessions>();
            return new SocketServer(options.Socket, new CallHandler(options.Plant is { } plant ? new PlantedSessions(sessions, plant) : sessions, backend, services));
        });

        using var host = builder.Build();
        await host.StartAsync();
        await AnswerAsync(host.Services.GetRequiredService<IJamSessions>(), host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        Console.WriteLine(Ready);
        _ = Task.Run(EndWithParent);
        await host.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Whoever started this process holds the other end of its input.</summary>
    private static void EndWithParent()
    {
        // It blocks its thread, as all reads of the console do.
        Console.In.ReadToEnd();
        Environment.Exit(1);
    }

    private static async Task AnswerAsync(IJamSessions sessions, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                for (var key = 0; key < 5; key++)
                {
                    await sessions.ListAsync(string.Create(CultureInfo.InvariantCulture, $"nobody-{key}"), stopping);
                }

                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"not ready: {e.GetType().Name}: {e.Message}");
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }
}
