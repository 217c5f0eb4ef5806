using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.Tests.Hosting;

/// <summary>The engine in a host that configures Akka.NET with Akka.Hosting: injection, failed starts, the drain, and who wins over whom.</summary>
public sealed class AkkaHostingSpec : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();

    private string JsonPath => _folder.File("sessions.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_call_of_AddAkka_makes_the_actor_and_the_client_injectable()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).AddJamSessions(OnJsonPath)));
        await host.StartAsync().WaitAsync(Patience);

        var actor = host.Services.GetRequiredService<IRequiredActor<JamSessions>>().ActorRef;
        var id = await actor.Ask<string>(new CreateSession("ann", SessionData.Empty), Patience);
        var client = host.Services.GetRequiredService<IJamSessions>();
        Assert.Equal("ann", (await client.GetAsync(id))!.Key);
        await StopAsync(host);
    }

    [Fact]
    public async Task The_delegate_without_a_provider_does_the_same()
    {
        using var host = Host(services => services.AddAkka("backend", akka => Quiet(akka).AddJamSessions(OnJsonPath)));
        await host.StartAsync().WaitAsync(Patience);
        await host.Services.GetRequiredService<IJamSessions>().CreateAsync("ann", SessionData.Empty);
        await StopAsync(host);
    }

    [Fact]
    public async Task A_delegate_with_a_statement_body_works_with_AddJamSessionsClient()
    {
        using var host = Host(services => services
            .AddJamSessionsClient()
            .AddAkka("backend", (akka, _) => { Quiet(akka).AddJamSessions(OnJsonPath); }));
        await host.StartAsync().WaitAsync(Patience);
        await host.Services.GetRequiredService<IJamSessions>().CreateAsync("ann", SessionData.Empty);
        await StopAsync(host);
    }

    [Fact]
    public async Task Actors_that_the_same_AddAkka_starts_can_ask_the_engine()
    {
        var answered = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka)
            .AddJamSessions(OnJsonPath)
            .StartActors(async (_, registry) =>
            {
                var sessions = await registry.GetAsync<JamSessions>();
                answered.SetResult(await sessions.Ask<string>(new CreateSession("ann", SessionData.Empty), Patience));
            })));
        await host.StartAsync().WaitAsync(Patience);
        var id = await answered.Task.WaitAsync(Patience);
        Assert.NotNull(await host.Services.GetRequiredService<IJamSessions>().GetAsync(id));
        await StopAsync(host);
    }

    [Fact]
    public async Task A_directory_in_place_of_the_file_fails_the_start_with_that_error()
    {
        Directory.CreateDirectory(JsonPath);
        await StartFailsWith<SessionStoreException>();
    }

    [Fact]
    public async Task A_damaged_file_fails_the_start_with_that_error()
    {
        File.WriteAllText(JsonPath, """{"_default": {"1": """);
        var error = await StartFailsWith<SessionStoreCorruptException>();
        Assert.Equal(JsonPath, error.Path);
    }

    [Fact]
    public async Task A_file_in_use_fails_the_start_with_that_error()
    {
        using var first = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).AddJamSessions(OnJsonPath)));
        await first.StartAsync().WaitAsync(Patience);
        await StartFailsWith<SessionStoreLockedException>();
        await StopAsync(first);
    }

    [Fact]
    public async Task Options_that_cannot_work_fail_the_start_with_that_error() =>
        await StartFailsWith<JamSessionsOptionsException>(options => options.MaxKeyLength = 0);

    [Fact]
    public async Task Calls_made_before_the_start_wait_for_it()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).AddJamSessions(OnJsonPath)));
        var early = host.Services.GetRequiredService<IJamSessions>();
        await host.StartAsync().WaitAsync(Patience);
        await early.CreateAsync("ann", SessionData.Empty).WaitAsync(Patience);
        await StopAsync(host);
    }

    [Fact]
    public async Task Stopping_the_host_drains_the_engine()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).AddJamSessions(OnJsonPath)));
        await host.StartAsync().WaitAsync(Patience);
        var client = host.Services.GetRequiredService<IJamSessions>();
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => client.CreateAsync($"user {n}", SessionData.Empty)));
        await StopAsync(host);

        var file = File.ReadAllText(JsonPath);
        Assert.All(ids, id => Assert.Contains(id, file, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.journal-*"));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => client.CreateAsync("late", SessionData.Empty).WaitAsync(Patience));
    }

    [Theory]
    [InlineData(HoconAddMode.Prepend, true)]
    [InlineData(HoconAddMode.Append, true)]
    [InlineData(HoconAddMode.Prepend, false)]
    [InlineData(HoconAddMode.Append, false)]
    public async Task HOCON_of_the_host_is_used_wherever_it_stands(HoconAddMode mode, bool isBefore)
    {
        var hocon = $$"""jam.sessions { json-path = "{{JsonPath}}", max-key-length = 3, id-factory = random-256 }""";
        using var host = Host(services => services.AddAkka("backend", (akka, _) => isBefore
            ? Quiet(akka).AddHocon(hocon, mode).AddJamSessions()
            : Quiet(akka).AddJamSessions().AddHocon(hocon, mode)));
        await host.StartAsync().WaitAsync(Patience);

        var client = host.Services.GetRequiredService<IJamSessions>();
        Assert.Equal(SessionIds.Random256().Length, (await client.CreateAsync("ann", SessionData.Empty)).Length);
        await Assert.ThrowsAsync<SessionKeyException>(() => client.CreateAsync("anna", SessionData.Empty));
        await StopAsync(host);
        Assert.True(File.Exists(JsonPath));
    }

    [Fact]
    public async Task Options_in_code_win_over_HOCON()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka)
            .AddHocon("jam.sessions { json-path = /nowhere/at/all.json, max-key-length = 3, max-data-bytes = 10 }", HoconAddMode.Prepend)
            .AddJamSessions(options =>
            {
                OnJsonPath(options);
                options.MaxKeyLength = 4;
            })));
        await host.StartAsync().WaitAsync(Patience);

        var client = host.Services.GetRequiredService<IJamSessions>();
        await client.CreateAsync("anna", SessionData.Empty);
        await Assert.ThrowsAsync<SessionKeyException>(() => client.CreateAsync("annas", SessionData.Empty));
        await Assert.ThrowsAsync<SessionDataException>(() => client.CreateAsync("ann", SessionData.From("""{"n": 12345}""")));
        await StopAsync(host);
    }

    [Theory]
    [InlineData(null, 30)]
    [InlineData("akka.coordinated-shutdown.phases.before-actor-system-terminate.timeout = 7 s", 7)]
    public async Task The_drain_has_half_a_minute_unless_the_host_says_otherwise(string? hocon, int seconds)
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) =>
        {
            Quiet(akka).AddHocon(hocon ?? "", HoconAddMode.Append);
            return akka.AddJamSessions(OnJsonPath);
        }));
        await host.StartAsync().WaitAsync(Patience);
        var shutdown = CoordinatedShutdown.Get(host.Services.GetRequiredService<ActorSystem>());
        Assert.Equal(TimeSpan.FromSeconds(seconds), shutdown.Timeout(CoordinatedShutdown.PhaseBeforeActorSystemTerminate));
        await StopAsync(host);
    }

    [Fact]
    public async Task Two_engines_in_one_AddAkka_are_refused_with_a_way_out()
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka)
            .AddJamSessions(OnJsonPath)
            .AddJamSessions(options => options.JsonPath = _folder.File("second.json"))));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync().WaitAsync(Patience));
        Assert.Contains("JamSessions.StartAsync", error.Message, StringComparison.Ordinal);
    }

    private static IHost Host(Action<IServiceCollection> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        configure(builder.Services);
        return builder.Build();
    }

    private static AkkaConfigurationBuilder Quiet(AkkaConfigurationBuilder akka) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers());

    private static async Task StopAsync(IHost host) => await host.StopAsync().WaitAsync(Patience);

    private void OnJsonPath(JamSessionsOptions options) => options.JsonPath = JsonPath;

    /// <summary>The start throws that very exception, and so does whoever waits for the engine, before the failure or after it.</summary>
    private async Task<TException> StartFailsWith<TException>(Action<JamSessionsOptions>? configure = null)
        where TException : JamSessionsException
    {
        using var host = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).AddJamSessions(options =>
        {
            OnJsonPath(options);
            configure?.Invoke(options);
        })));
        var client = host.Services.GetRequiredService<IJamSessions>();
        var error = await Assert.ThrowsAsync<TException>(() => host.StartAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<TException>(() => client.CreateAsync("ann", SessionData.Empty).WaitAsync(Patience));
        await Assert.ThrowsAsync<TException>(() => client.GetAsync("an id").AsTask().WaitAsync(Patience));
        return error;
    }
}
