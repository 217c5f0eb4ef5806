using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>Sessions of other files come in as a whole or not at all; ids go out only by export.</summary>
public sealed class ImportExportSpec : ToolTest
{
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public async Task What_was_exported_is_imported_as_it_was()
    {
        string[] ids;
        await using (var engine = await StartAsync())
        {
            ids =
            [
                await engine.Client.CreateAsync("user1", SessionData.From("""{"cart": [1, 2.50], "é": "\u20ac"}""")),
                await engine.Client.CreateAsync("user2", SessionData.From("""{"a": 1, "a": 2, "\ud83d": "\ud83d"}""")),
                await engine.Client.CreateAsync("\u202E[x]", SessionData.From("{\n \"a\": 1}"), new SessionLifetime(TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan)),
            ];
        }

        Run("export", At("e.jsonl")).Done();
        RunBare("import", At("e.jsonl"), "--file", At("new.json")).Done();
        await using var old = await StartAsync();
        await using var copy = await StartAsync(options => options.JsonPath = At("new.json"));
        foreach (var id in ids)
        {
            var (before, after) = (await old.Client.PeekAsync(id), await copy.Client.PeekAsync(id));
            Assert.Equal(before, after);
            Assert.Equal(before!.Lifetime, after!.Lifetime);
            Assert.Equal(before.ExpiresAt, after.ExpiresAt);
        }
    }

    [Fact]
    public async Task An_export_is_the_owners_alone_and_overwrites_nothing()
    {
        await MakeStoreAsync();
        File.WriteAllText(At("mine"), "x");
        Assert.Equal(ExitCode.Refused, Run("export", At("mine")).Code);
        Assert.Equal("x", File.ReadAllText(At("mine")));
        Run("export", At("e")).Done();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("e")));
        }
    }

    [Fact]
    public async Task A_session_file_is_imported_beside_what_there_is()
    {
        var ids = await MakeStoreAsync();
        File.WriteAllText(At("jam.json"), """{"_default": {"1": {"key": "ann", "session_id": "from-jam", "data": "{\"a\": 1}", "created_at": 1795367285.296665, "more": [1]}}}""");
        Run("import", At("jam.json")).Done();
        await using var engine = await StartAsync();
        Assert.Equal("ann", (await engine.Client.GetAsync("from-jam"))!.Key);
        Assert.NotNull(await engine.Client.GetAsync(ids[2]));
        Assert.Contains("\"4\": {\"key\": \"ann\"", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        Assert.Contains("\"more\": [1]", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_there_already_is_refused_or_left_out()
    {
        await MakeStoreAsync();
        Run("export", At("e")).Done();
        var before = File.ReadAllText(JsonPath);
        Assert.Equal(ExitCode.Refused, Run("import", At("e")).Code);
        Assert.Equal(3, Run("import", At("e"), "--skip-present", "--json").Done().Json.GetProperty("present").GetInt32());
        Assert.Equal(before, File.ReadAllText(JsonPath));
        Assert.Empty(Directory.GetFiles(Folder, "sessions.json.journal-*"));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await MakeStoreAsync();
        Run("export", At("e")).Done();
        Assert.Contains("3 sessions to be imported", RunBare("import", At("e"), "--dry-run", "--file", At("new.json")).Done().Out, StringComparison.Ordinal);
        Assert.False(File.Exists(At("new.json")));
    }

    [Theory]
    [InlineData("""{"id": "b", "key": "u"}""", "it lacks its id, key or data")]
    [InlineData("""{"id": "", "key": "u", "data": {}}""", "its id is empty")]
    [InlineData("""{"id": "b", "key": "u", "data": []}""", "must be a JSON object")]
    [InlineData("""{"id": "b", "key": "u", "data": {}, "data": {}}""", "a member twice")]
    [InlineData("""{"id": "b", "key": "u", "data": {}, "dataText": "{}"}""", "data twice")]
    [InlineData("""{"id": "b", "key": "u", "data": {}, "admin": true}""", "a member that a session does not have")]
    [InlineData("""{"id": "b", "key": "u", "data": {}, "createdAt": 1e300}""", "no time")]
    [InlineData("""{"id": "b", "key": "u", "data": {}, "lifetime": {"idle": -1}}""", "its lifetime is none")]
    [InlineData("""{"id": "\ud800", "key": "u", "data": {}}""", "it is no JSON object of a session")]
    [InlineData("not json", "it is no JSON object of a session")]
    public async Task A_line_that_is_no_session_stops_all_and_is_named_without_its_words(string line, string why)
    {
        await MakeStoreAsync();
        var before = File.ReadAllText(JsonPath);
        File.WriteAllText(At("e"), """{"id": "a", "key": "u", "data": {}}""" + $"\n\n{line}\n");
        var answer = Run("import", At("e"));
        Assert.Equal(ExitCode.Damaged, answer.Code);
        Assert.Contains("line 3: ", answer.Error, StringComparison.Ordinal);
        Assert.Contains(why, answer.Error, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(JsonPath));
    }

    [Fact]
    public async Task The_stores_own_limits_hold()
    {
        await MakeStoreAsync();
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", max-data-bytes = 10, max-sessions = 4 }""");
        File.WriteAllText(At("large"), """{"id": "a", "key": "u", "data": {"a": "0123456789"}}""");
        Assert.Contains("max-data-bytes is 10", RunBare("import", At("large"), "--config", At("host.conf")).Error, StringComparison.Ordinal);
        File.WriteAllText(At("many"), """{"id": "a", "key": "u", "data": {}}""" + "\n" + """{"id": "b", "key": "u", "data": {}}""");
        Assert.Contains("max-sessions is 4", RunBare("import", At("many"), "--config", At("host.conf")).Error, StringComparison.Ordinal);
        Run("import", At("many")).Done();
    }

    [Fact]
    public async Task What_is_no_session_is_refused_or_left_out()
    {
        await MakeStoreAsync();
        File.WriteAllText(At("jam.json"), """{"_default": {"1": {"key": "ann", "session_id": "a", "data": "{}", "created_at": 1.5}, "2": "text", "3": {"key": 5, "session_id": "b", "data": "{}", "created_at": 1.5}}}""");
        Assert.Equal(ExitCode.Refused, Run("import", At("jam.json")).Code);
        var done = Run("import", At("jam.json"), "--skip-unreadable", "--json").Done().Json;
        Assert.Equal((1, 2), (done.GetProperty("sessions").GetInt32(), done.GetProperty("unreadable").GetInt32()));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Between_a_plain_and_an_encrypted_store_data_is_written_as_the_target_has_it(bool isSourceCrypt, bool isTargetCrypt)
    {
        void Crypt(JamSessionsOptions options, bool isCrypt) => (options.IsSessionCrypt, options.SessionAesSecret) = (isCrypt, Secret);
        var ids = await MakeStoreAsync(configure: options => Crypt(options, isSourceCrypt));
        await using (var made = await StartAsync(options =>
        {
            options.JsonPath = At("new.json");
            Crypt(options, isTargetCrypt);
        }))
        {
            await made.Client.CreateAsync("there", SessionData.Empty);
        }

        File.WriteAllText(At("secret"), Secret);
        string[] source = isSourceCrypt ? ["--source-secret-file", At("secret")] : [], target = isTargetCrypt ? ["--secret-file", At("secret")] : [];
        RunBare(["import", JsonPath, "--file", At("new.json"), .. source, .. target]).Done();
        Assert.Equal(!isTargetCrypt, File.ReadAllText(At("new.json")).Contains("marker", StringComparison.Ordinal));
        await using var engine = await StartAsync(options =>
        {
            options.JsonPath = At("new.json");
            Crypt(options, isTargetCrypt);
        });
        Assert.Contains("marker 2", (await engine.Client.GetAsync(ids[1]))!.Data.Json, StringComparison.Ordinal);
    }
}
