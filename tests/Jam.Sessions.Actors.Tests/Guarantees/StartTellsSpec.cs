using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>What a file holds and the engine does not serve as jam does is told at the start, once, with its count.</summary>
public sealed class StartTellsSpec : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("start", CapturedLog.Everything);

    public Task InitializeAsync()
    {
        CapturedLog.TakeLines();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _system.Terminate();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_kind_of_odd_document_is_counted_in_one_warning()
    {
        var lines = await LinesAsync("""
            {"_default": {"1": {"key": "k", "session_id": "a", "data": "{}", "created_at": 1.5}, "2": null, "x": {},
              "3": {"key": "k", "session_id": "b", "data": 5, "created_at": 1.5}, "4": {"key": "k", "session_id": "c", "data": "[1]", "created_at": 1.5},
              "8": {"key": "k", "session_id": "g", "data": "{\"cut\": 1", "created_at": 1.5},
              "5": {"key": "k", "session_id": "d", "data": "{}", "created_at": "soon"}, "6": {"key": "k", "session_id": 7, "data": "{}", "created_at": 1.5},
              "7": {"key": null, "session_id": "e", "data": "{}", "created_at": 1.5}, "01": {"key": "k", "session_id": "f", "data": "{}", "created_at": 1.5}}}
            """);
        var warning = Assert.Single(lines, line => line.Contains("[WARNING]", StringComparison.Ordinal));
        foreach (var finding in new[]
        {
            "1 with data that cannot be read", "2 with data that is no JSON object", "1 without a time of creation", "1 without an id that is a text",
            "1 without a key that is a text", "2 that are no objects", "1 whose number a later one has as well",
        })
        {
            Assert.Contains(finding, warning, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(20, "(documents 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)")]
    [InlineData(21, "(documents 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, …)")]
    public async Task The_first_documents_that_cannot_be_read_are_named(int count, string named)
    {
        var documents = Enumerable.Range(1, count).Select(i => $$"""
            "{{i}}": {"key": "k", "session_id": "{{i}}", "data": 5, "created_at": 1.5}
            """);
        var lines = await LinesAsync($$"""{"_default": { {{string.Join(", ", documents)}} } }""");
        var warning = Assert.Single(lines, line => line.Contains("[WARNING]", StringComparison.Ordinal));
        Assert.Contains(named, warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"_default": {"1": {"key": "k", "session_id": "a", "data": "{}", "created_at": 1.5}}}""", false)]
    [InlineData("", true)]
    public async Task A_file_without_any_is_not_warned_of_and_one_without_bytes_is_told(string json, bool isEmpty)
    {
        var lines = await LinesAsync(json);
        Assert.DoesNotContain(lines, line => line.Contains("[WARNING]", StringComparison.Ordinal));
        Assert.Equal(isEmpty, lines.Any(line => line.Contains("it begins empty", StringComparison.Ordinal)));
    }

    /// <remarks>As after a crash before the first snapshot.</remarks>
    [Fact]
    public async Task A_file_without_bytes_whose_journal_holds_sessions_is_not_said_to_begin_empty()
    {
        var (path, copy) = (_folder.File("sessions.json"), _folder.File("copy.json"));
        await using (var engine = await JamSessions.StartAsync(_system, new JamSessionsOptions { JsonPath = path }))
        {
            await engine.Client.CreateAsync("user1", SessionData.Empty);
            OpenFiles.Copy(Assert.Single(Directory.GetFiles(_folder.Path, "sessions.json.journal-*")), $"{copy}.journal-1");
        }

        CapturedLog.TakeLines();
        await using (await JamSessions.StartAsync(_system, new JamSessionsOptions { JsonPath = copy }))
        {
            await CapturedLog.SettleAsync(_system);
        }

        var lines = CapturedLog.TakeLines();
        Assert.Contains(lines, line => line.Contains("with 1 sessions", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("it begins empty", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_changed_is_told_and_when_the_old_one_is_no_longer_needed()
    {
        var path = _folder.File("sessions.json");
        var options = (string key, params string[] previous) => new JamSessionsOptions { JsonPath = path, Encryption = SessionEncryption.Fernet, SessionAesSecret = key, PreviousSessionAesSecrets = previous };
        await using (var engine = await JamSessions.StartAsync(_system, options(TestKeys.First)))
        {
            await engine.Client.CreateAsync("user1", SessionData.Empty);
        }

        await using (await JamSessions.StartAsync(_system, options(TestKeys.Third, TestKeys.Second, TestKeys.First)))
        {
        }

        await CapturedLog.SettleAsync(_system);
        var lines = CapturedLog.TakeLines();
        Assert.Contains(lines, line => line.Contains("key 2: 1 records", StringComparison.Ordinal));
        Assert.Single(lines, line => line.Contains("key 2 of previous-session-aes-secrets is no longer needed", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("key 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(21, 1)]
    [InlineData(22, 0)]
    public async Task A_factory_of_short_ids_is_warned_of_once(int length, int warnings)
    {
        var count = 0;
        var options = new JamSessionsOptions { JsonPath = _folder.File("sessions.json"), IdFactory = () => $"{Interlocked.Increment(ref count)}".PadLeft(length, 'x') };
        await using (var engine = await JamSessions.StartAsync(_system, options))
        {
            await engine.Client.CreateAsync("user1", SessionData.Empty);
            await engine.Client.CreateAsync("user1", SessionData.Empty);
        }

        await CapturedLog.SettleAsync(_system);
        Assert.Equal(warnings, CapturedLog.TakeLines().Count(line => line.Contains("[WARNING]", StringComparison.Ordinal) && line.Contains("id factory", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_replay_is_told_by_the_sessions_handle()
    {
        var options = new JamSessionsOptions { JsonPath = _folder.File("sessions.json"), ReworkGrace = TimeSpan.Zero };
        string old, handle;
        await using (var engine = await JamSessions.StartAsync(_system, options))
        {
            old = await engine.Client.CreateAsync("user1", SessionData.Empty);
            handle = (await engine.Client.GetAsync(await engine.Client.ReworkAsync(old)))!.Handle;
            Assert.Null(await engine.Client.GetAsync(old));
        }

        await CapturedLog.SettleAsync(_system);
        var warning = Assert.Single(CapturedLog.TakeLines(), line => line.Contains("[WARNING]", StringComparison.Ordinal));
        Assert.Contains(handle, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(old, warning, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string json)
    {
        var path = _folder.File("sessions.json");
        File.WriteAllText(path, json);
        File.SetAttributes(path, FileAttributes.Normal);
        await using (await JamSessions.StartAsync(_system, new JamSessionsOptions { JsonPath = path }))
        {
            await CapturedLog.SettleAsync(_system);
        }

        return CapturedLog.TakeLines().Where(line => line.Contains("jam.sessions:", StringComparison.Ordinal)).ToList();
    }
}
