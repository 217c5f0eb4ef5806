using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>Health, as a probe of the host finds it: by the check that AddJamSessions registers, by Akka's builder, and as a message.</summary>
public sealed class HealthSpec : EngineTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task The_check_goes_with_the_engines_life_and_a_look_at_it_starts_and_writes_nothing()
    {
        using var host = Host(services => services
            .AddJamSessions(o => o.JsonPath = JsonPath)
            .AddJamSessions("mobile", o => o.InMemory = true)
            .AddAkka("backend", (akka, _) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers()).WithJamSessions()));
        var checks = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(["jam-sessions Unhealthy The engine is not up yet.", "jam-sessions-mobile Unhealthy The engine is not up yet."], await OfAsync(checks));
        Assert.Empty(Directory.GetFiles(Folder));

        await host.StartAsync().WaitAsync(s_patience);
        var files = FilesNow();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(["jam-sessions Healthy The engine takes reads and changes.", "jam-sessions-mobile Healthy The engine takes reads and changes."], await OfAsync(checks));
        }

        Assert.Equal(files, FilesNow());
        var engine = host.Services.GetRequiredService<IRequiredActor<JamSessions>>().ActorRef;
        await host.StopAsync().WaitAsync(s_patience);
        Assert.Equal(["jam-sessions Unhealthy The engine has stopped.", "jam-sessions-mobile Unhealthy The engine has stopped."], await OfAsync(checks));
        Assert.Equal(SessionsHealth.Unhealthy, (await engine.Ask<SessionsStatus>(new GetSessionsStatus(), s_patience)).Health);
    }

    [Fact]
    public async Task An_engine_that_the_host_started_itself_has_a_check_by_Akkas_builder()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => akka
            .ConfigureLoggers(loggers => loggers.ClearLoggers())
            .WithJamSessionsHealthCheck()
            .StartActors(async (system, registry) => registry.Register<JamSessions>((await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = JsonPath })).Ref))));
        var checks = host.Services.GetRequiredService<HealthCheckService>();
        await host.StartAsync().WaitAsync(s_patience);
        Assert.Equal(["jam-sessions Healthy The engine takes reads and changes."], await OfAsync(checks));
        await host.StopAsync().WaitAsync(s_patience);
    }

    [Fact]
    public async Task An_engine_that_could_not_start_says_so()
    {
        using var host = Host(services => services
            .AddJamSessions(o => o.JsonPath = Path.Combine(Folder, "nowhere", "sessions.json"))
            .AddAkka("backend", (akka, _) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers()).WithJamSessions()));
        await Assert.ThrowsAsync<SessionStoreException>(() => host.StartAsync().WaitAsync(s_patience));
        Assert.Equal(["jam-sessions Unhealthy The engine could not start."], await OfAsync(host.Services.GetRequiredService<HealthCheckService>()));
    }

    [Fact]
    public async Task While_it_drains_it_is_not_ready()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        using var isOpen = new ManualResetEventSlim();
        using var isReached = new ManualResetEventSlim();
        disk.Before = (operation, _) =>
        {
            if (operation == "Sync")
            {
                isReached.Set();
                isOpen.Wait();
            }
        };
        var create = engine.Client.CreateAsync("ann", Data());
        isReached.Wait();
        var end = engine.DisposeAsync().AsTask();
        Assert.True(SpinWait.SpinUntil(() => engine.Services.Status().Reason.Contains("drains", StringComparison.Ordinal), s_patience));
        Assert.Equal(SessionsHealth.Unhealthy, (await engine.Client.StatusAsync()).Health);
        isOpen.Set();
        await create.WaitAsync(s_patience);
        await end.WaitAsync(s_patience);
        Assert.Contains("stopped", (await engine.Client.StatusAsync()).Reason, StringComparison.Ordinal);
    }

    /// <summary>Guarantee 4 as a probe sees it, on a file system that is really full: nobody writes, and it is well again by itself.</summary>
    [SmallDiskFact]
    public async Task A_full_disk_degrades_and_heals_without_any_caller()
    {
        using var disk = new SmallDisk(kilobytes: 1024);
        disk.Fill(kilobytes: 512);
        await using var engine = await StartAsync(o => o.JsonPath = disk.File("sessions.json"));
        disk.Fill();
        var refusal = default(Exception);
        while (refusal is null)
        {
            refusal = await Record.ExceptionAsync(() => engine.Client.CreateAsync("ann", Data($$"""{"text": "{{new string('x', 5000)}}"}""")));
        }

        Assert.IsType<SessionStoreException>(refusal);
        Assert.Equal(SessionsHealth.Degraded, engine.Services.Status().Health);
        disk.Free();
        Assert.True(SpinWait.SpinUntil(() => engine.Services.Status().Health == SessionsHealth.Healthy, s_patience));
    }

    private static async Task<List<string>> OfAsync(HealthCheckService checks)
    {
        var report = await checks.CheckHealthAsync(check => check.Tags.Contains("ready") && check.Name.StartsWith("jam-sessions", StringComparison.Ordinal)).WaitAsync(s_patience);
        return [.. report.Entries.Select(entry => $"{entry.Key} {entry.Value.Status} {entry.Value.Description}").Order(StringComparer.Ordinal)];
    }

    private static IHost Host(Action<IServiceCollection> register)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        register(builder.Services);
        builder.Services.AddHealthChecks();
        return builder.Build();
    }

    private List<(string Path, long Length, DateTime Time)> FilesNow() =>
        [.. new DirectoryInfo(Folder).GetFiles().OrderBy(file => file.Name).Select(file => (file.Name, file.Length, file.LastWriteTimeUtc))];
}
