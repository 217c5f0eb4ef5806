using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>A test with engines whose meters are its own.</summary>
public abstract class MeteredTest : EngineTest
{
    private protected Instruments Instruments { get; } = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Instruments.Dispose();
    }

    private protected Task<JamSessions> StartMeteredAsync(Action<JamSessionsOptions>? configure = null, IDisk? disk = null)
    {
        var options = new JamSessionsOptions { JsonPath = JsonPath };
        configure?.Invoke(options);
        return JamSessions.StartAsync(System, ResolvedOptions.Resolve(options, System.Settings.Config), disk, meters: Instruments.Factory);
    }
}
