using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.Tests.Hosting;

/// <summary>The engine in a host that configures Akka.NET with Akka.Hosting: injection, stores, failed starts, the drain, and who wins over whom.</summary>
public sealed class AkkaHostingSpec : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();

    private string JsonPath => _folder.File("sessions.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_actor_and_the_client_are_injectable()
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);

        var actor = host.Services.GetRequiredService<IRequiredActor<JamSessions>>().ActorRef;
        var id = await actor.Ask<string>(new CreateSession("ann", SessionData.Empty), Patience);
        var client = host.Services.GetRequiredService<IJamSessions>();
        Assert.Equal("ann", (await client.GetAsync(id))!.Key);
        await StopAsync(host);
    }

    [Fact]
    public async Task A_delegate_with_a_statement_body_or_without_a_provider_and_either_order_of_the_calls_does_the_same()
    {
        using var first = Host(services => services.AddAkka("backend", akka => { Quiet(akka).WithJamSessions(); }).AddJamSessions(OnJsonPath));
        await first.StartAsync().WaitAsync(Patience);
        await first.Services.GetRequiredService<IJamSessions>().CreateAsync("ann", SessionData.Empty);
        await StopAsync(first);
    }

    [Fact]
    public async Task Stores_with_names_have_clients_actors_and_files_of_their_own()
    {
        var hocon = $$"""
            jam.sessions {
              max-key-length = 5
              json-path = "{{JsonPath}}"
              stores.mobile { json-path = "{{_folder.File("phones.json")}}", max-key-length = 3 }
            }
            """;
        using var host = Host(services => services
            .AddJamSessions()
            .AddJamSessions("mobile")
            .AddJamSessions("web", options => options.JsonPath = _folder.File("web.json"))
            .AddAkka("backend", (akka, _) => Quiet(akka).AddHocon(hocon, HoconAddMode.Prepend).WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);
        var unnamed = host.Services.GetRequiredService<IJamSessions>();
        var mobile = host.Services.GetRequiredKeyedService<IJamSessions>("mobile");
        var web = host.Services.GetRequiredKeyedService<IRequiredActor<JamSessions>>("web");
        await unnamed.CreateAsync("anna1", SessionData.Empty);
        var id = await mobile.CreateAsync("ann", SessionData.Empty);
        await web.ActorRef.Ask<string>(new CreateSession("anna2", SessionData.Empty), Patience);
        Assert.Same(web.ActorRef, await web.GetAsync());

        // Its own options come before the shared ones, which hold for the others.
        await Assert.ThrowsAsync<SessionKeyException>(() => mobile.CreateAsync("anna", SessionData.Empty));
        await Assert.ThrowsAsync<SessionKeyException>(() => web.ActorRef.Ask<string>(new CreateSession("anna22", SessionData.Empty), Patience));
        Assert.Null(await unnamed.GetAsync(id));
        await StopAsync(host);
        Assert.Equal(["phones.json", "sessions.json", "web.json"], Directory.GetFiles(_folder.Path, "*.json").Select(path => Path.GetFileName(path)!).Order());
        Assert.Contains("anna1", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_is_registered_twice_or_has_no_name_that_can_be_one_is_refused_with_what_to_do()
    {
        var services = new ServiceCollection().AddJamSessions().AddJamSessions("mobile");
        Assert.Contains("AddJamSessions(\"mobile\"", Assert.Throws<ArgumentException>(() => services.AddJamSessions()).Message, StringComparison.Ordinal);
        Assert.Contains("mobile", Assert.Throws<ArgumentException>(() => services.AddJamSessions("mobile")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => services.AddJamSessions("a.b"));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddJamSessions(""));
        Assert.Throws<ArgumentNullException>(() => services.AddJamSessions("web", section: null!));
        Assert.Throws<ArgumentNullException>(() => ((AkkaConfigurationBuilder)null!).WithJamSessions());
    }

    [Fact]
    public async Task A_section_of_a_store_that_nobody_registered_fails_the_start()
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka(
            "backend", (akka, _) => Quiet(akka).AddHocon("jam.sessions.stores.mobil.max-key-length = 3", HoconAddMode.Prepend).WithJamSessions()));
        var error = await Assert.ThrowsAsync<JamSessionsOptionsException>(() => host.StartAsync().WaitAsync(Patience));
        Assert.Contains("jam.sessions.stores.mobil", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_bound_from_the_configuration_of_the_host_in_either_spelling()
    {
        var section = Section(("json-path", "/nowhere/at/all.json"), ("MaxKeyLength", "3"), ("keyIdleTimeout", "00:00:30"), ("allow-foreign-file", "True"), ("snapshot-journal-bytes", "64 MiB"));
        using var host = Host(services => services.AddJamSessions(section, OnJsonPath).AddAkka(
            "backend", (akka, _) => Quiet(akka).AddHocon("jam.sessions.max-key-length = 5", HoconAddMode.Prepend).WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);
        var client = host.Services.GetRequiredService<IJamSessions>();
        await client.CreateAsync("ann", SessionData.Empty);
        await Assert.ThrowsAsync<SessionKeyException>(() => client.CreateAsync("anna", SessionData.Empty));
        await StopAsync(host);
    }

    [Theory]
    [InlineData("JsonPaht", "x", "did you mean json-path?")]
    [InlineData("MaxKeyLength", "many", "max-key-length cannot be read")]
    [InlineData("stores:mobile:MaxKeyLength", "3", "stores is a section, not a value")]
    [InlineData("KeyIdleTimeout", "0 ms", "key-idle-timeout must be at least 1 ms")]
    public async Task Configuration_that_cannot_work_fails_the_start(string key, string value, string sentence)
    {
        using var host = Host(services => services.AddJamSessions(Section((key, value)), OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        var error = await Assert.ThrowsAsync<JamSessionsOptionsException>(() => host.StartAsync().WaitAsync(Patience));
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }

    /// <remarks>Otherwise every call would wait for an engine that nobody starts.</remarks>
    [Fact]
    public async Task One_of_the_two_calls_without_the_other_fails_the_start_and_every_call_with_the_line_to_add()
    {
        using var registeredOnly = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka)));
        var early = registeredOnly.Services.GetRequiredService<IJamSessions>().CreateAsync("ann", SessionData.Empty);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => registeredOnly.StartAsync().WaitAsync(Patience));
        Assert.Contains("akka.WithJamSessions()", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<InvalidOperationException>(() => early.WaitAsync(Patience))).Message);

        using var withoutAkka = Host(services => services.AddJamSessions(OnJsonPath));
        error = await Assert.ThrowsAsync<InvalidOperationException>(() => withoutAkka.StartAsync().WaitAsync(Patience));
        Assert.Contains("services.AddAkka(", error.Message, StringComparison.Ordinal);

        using var startedOnly = Host(services => services.AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        error = await Assert.ThrowsAsync<InvalidOperationException>(() => startedOnly.StartAsync().WaitAsync(Patience));
        Assert.Contains("services.AddJamSessions(", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hosted_service_that_starts_before_Akka_has_the_engine_be_it_asked_by_waiting_or_by_blocking()
    {
        string? id = null;
        using var host = Host(services => services
            .AddHostedService(provider => new Early(() => id = provider.GetRequiredService<IJamSessions>().CreateAsync("ann", SessionData.Empty).WaitAsync(Patience).GetAwaiter().GetResult()))
            .AddJamSessions(OnJsonPath)
            .AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);
        Assert.NotNull(await host.Services.GetRequiredService<IJamSessions>().GetAsync(id!));
        await StopAsync(host);
    }

    [Fact]
    public async Task A_call_before_the_start_of_the_host_starts_the_engine()
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        var early = host.Services.GetRequiredService<IJamSessions>();
        var id = await early.CreateAsync("ann", SessionData.Empty).WaitAsync(Patience);
        await host.StartAsync().WaitAsync(Patience);
        Assert.NotNull(await early.GetAsync(id));
        Assert.Same(SessionMissing.Instance, await early.LookupAsync("nobody"));
        await StopAsync(host);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_can_be_the_first_call(string verb, Func<IJamSessions, Task> call)
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        var early = host.Services.GetRequiredService<IJamSessions>();
        Assert.True(await Record.ExceptionAsync(() => call(early).WaitAsync(Patience)) is null or SessionNotFoundException, verb);
        Assert.True(await Record.ExceptionAsync(() => call(early).WaitAsync(Patience)) is null or SessionNotFoundException, verb);
        await StopAsync(host);
    }

    public static TheoryData<string, Func<IJamSessions, Task>> Verbs() => new()
    {
        { "create", client => client.CreateAsync("ann", SessionData.Empty) },
        { "get", async client => Assert.Null(await client.GetAsync("nobody")) },
        { "update", client => client.UpdateAsync("nobody", SessionData.Empty) },
        { "delete", async client => Assert.False(await client.DeleteAsync("nobody")) },
        { "clear", async client => Assert.Equal(0, await client.ClearAsync("nobody")) },
        { "rework", client => client.ReworkAsync("nobody") },
        { "flush", client => client.FlushAsync() },
        { "send", async client => Assert.Same(SessionMissing.Instance, await client.SendAsync(new GetSession("nobody"))) },
    };

    [Fact]
    public async Task Actors_that_the_same_AddAkka_starts_can_ask_the_engine()
    {
        var answered = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka)
            .WithJamSessions()
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
        using var first = Host(services => services.AddJamSessions(OnJsonPath).AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        await first.StartAsync().WaitAsync(Patience);
        await StartFailsWith<SessionStoreLockedException>();
        await StopAsync(first);
    }

    [Fact]
    public async Task Options_that_cannot_work_fail_the_start_with_that_error() =>
        await StartFailsWith<JamSessionsOptionsException>(options => options.MaxKeyLength = 0);

    [Fact]
    public async Task Stopping_the_host_drains_the_engine_whatever_the_hosts_ask_timeout_is()
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka(
            "backend", (akka, _) => Quiet(akka).AddHocon("akka.actor.ask-timeout = 1 ms", HoconAddMode.Prepend).WithJamSessions()));
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
        using var host = Host(services => services.AddJamSessions().AddAkka("backend", (akka, _) =>
        {
            if (isBefore)
            {
                Quiet(akka).AddHocon(hocon, mode).WithJamSessions();
            }
            else
            {
                Quiet(akka).WithJamSessions().AddHocon(hocon, mode);
            }
        }));
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
        using var host = Host(services => services
            .AddJamSessions(options =>
            {
                OnJsonPath(options);
                options.MaxKeyLength = 4;
            })
            .AddAkka("backend", (akka, _) => Quiet(akka)
                .AddHocon("jam.sessions { json-path = /nowhere/at/all.json, max-key-length = 3, max-data-bytes = 10 }", HoconAddMode.Prepend)
                .WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);

        var client = host.Services.GetRequiredService<IJamSessions>();
        await client.CreateAsync("anna", SessionData.Empty);
        await Assert.ThrowsAsync<SessionKeyException>(() => client.CreateAsync("annas", SessionData.Empty));
        await Assert.ThrowsAsync<SessionDataException>(() => client.CreateAsync("ann", SessionData.From("""{"n": 12345}""")));
        await StopAsync(host);
    }

    [Theory]
    [InlineData(null, 30, false)]
    [InlineData("akka.coordinated-shutdown { phases.before-actor-system-terminate.timeout = 7 s, run-by-clr-shutdown-hook = on }", 7, true)]
    public async Task The_drain_has_half_a_minute_and_does_not_begin_with_the_signal_unless_the_host_says_otherwise(string? hocon, int seconds, bool byHook)
    {
        using var host = Host(services => services.AddJamSessions(OnJsonPath).AddAkka(
            "backend", (akka, _) => Quiet(akka).AddHocon(hocon ?? "", HoconAddMode.Append).WithJamSessions()));
        await host.StartAsync().WaitAsync(Patience);
        var system = host.Services.GetRequiredService<ActorSystem>();
        Assert.Equal(TimeSpan.FromSeconds(seconds), CoordinatedShutdown.Get(system).Timeout(CoordinatedShutdown.PhaseBeforeActorSystemTerminate));
        Assert.Equal(byHook, system.Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook"));
        await StopAsync(host);
    }

    private static IHost Host(Action<IServiceCollection> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        configure(builder.Services);
        return builder.Build();
    }

    private static IConfiguration Section(params (string Key, string Value)[] options) => new ConfigurationBuilder()
        .AddInMemoryCollection(options.Select(option => KeyValuePair.Create<string, string?>($"sessions:{option.Key}", option.Value)))
        .Build().GetSection("sessions");

    private static AkkaConfigurationBuilder Quiet(AkkaConfigurationBuilder akka) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers());

    private static async Task StopAsync(IHost host) => await host.StopAsync().WaitAsync(Patience);

    private void OnJsonPath(JamSessionsOptions options) => options.JsonPath = JsonPath;

    /// <summary>The start throws that very exception, and so does whoever waits for the engine, before the failure or after it.</summary>
    private async Task<TException> StartFailsWith<TException>(Action<JamSessionsOptions>? configure = null)
        where TException : JamSessionsException
    {
        using var host = Host(services => services
            .AddJamSessions(options =>
            {
                OnJsonPath(options);
                configure?.Invoke(options);
            })
            .AddAkka("backend", (akka, _) => Quiet(akka).WithJamSessions()));
        var client = host.Services.GetRequiredService<IJamSessions>();
        var error = await Assert.ThrowsAsync<TException>(() => host.StartAsync().WaitAsync(Patience));
        await Assert.ThrowsAsync<TException>(() => client.CreateAsync("ann", SessionData.Empty).WaitAsync(Patience));
        await Assert.ThrowsAsync<TException>(() => client.GetAsync("an id").AsTask().WaitAsync(Patience));
        return error;
    }

    private sealed class Early(Action start) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            start();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
