using Jam.Sessions.Actors.Cluster.Cli;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Encryption;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Tests.Cli;

/// <summary>The sessions of a file come in with all that they are, each once.</summary>
public sealed class ImportSpec(OneNode node) : ClusterToolTest(node)
{
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Run("init").Done();
    }

    [Fact]
    public async Task An_id_of_jam_stays_valid_until_a_rework_gives_it_a_route()
    {
        Assert.Contains("1 session imported;", Run("import", Copied("plain/one.nested.json")).Done().Out, StringComparison.Ordinal);
        await using var store = await StartNodeAsync();
        const string id = "66c252a6-e759-4fe0-9ba9-4bca1313dd24";
        var session = (await store.Client.GetAsync(id))!;
        Assert.Equal((id, "tenant-7/user-9"), (session.Id, session.Key));
        Assert.Contains("\"sku\": \"A-1\"", session.Data.Json, StringComparison.Ordinal);
        var routed = await store.Client.ReworkAsync(id);
        Assert.Equal(16, routed.IndexOf('.', StringComparison.Ordinal));
        Assert.Null(await store.Client.GetAsync(id));
        Assert.Equal(session.Handle, (await store.Client.GetAsync(routed))!.Handle);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("hashed")]
    [InlineData("fernet")]
    [InlineData("aes-gcm")]
    public async Task However_a_file_keeps_its_secrets_all_of_a_session_comes_in(string mode)
    {
        Session[] before;
        await using (var engine = await StartEngineAsync(mode))
        {
            string[] ids =
            [
                await engine.Client.CreateAsync("ann", SessionData.From("""{"a": 1}""")),
                await engine.Client.CreateAsync("ann", SessionData.From("""{"é": "\ud83d\ude00"}"""), new SessionLifetime(TimeSpan.FromHours(5), TimeSpan.FromDays(9))),
                await engine.Client.CreateAsync("\u202E\ud800", SessionData.Empty),
            ];
            before = await Task.WhenAll(ids.Select(async id => (await engine.Client.GetAsync(id))!));
        }

        File.WriteAllText(At("secret"), Secret);
        Run(["import", At("sessions.json"), .. IsEncrypted(mode) ? ["--secret-file", At("secret")] : Array.Empty<string>()]).Done();
        await using var store = await StartNodeAsync();
        foreach (var session in before)
        {
            var after = (await store.Client.PeekAsync(session.Id))!;
            Assert.Equal((session.Key, session.Data, session.CreatedAt, session.Handle, session.Lifetime), (after.Key, after.Data, after.CreatedAt, after.Handle, after.Lifetime));
            Assert.Equal(session.ExpiresAt is null, after.ExpiresAt is null);
        }

        var stored = await QueryAsync("select string_agg(encode(digest, 'hex'), ' ') from sessions");
        Assert.All(before, session => Assert.Contains(Convert.ToHexStringLower(StoredIds.BytesOf(StoredIds.DigestOf(session.Id))), stored, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_id_before_a_rework_works_on()
    {
        string old;
        await using (var engine = await StartEngineAsync("plain", options => options.ReworkGrace = TimeSpan.FromHours(1)))
        {
            old = await engine.Client.CreateAsync("ann", SessionData.Empty);
            await engine.Client.ReworkAsync(old);
        }

        Run("import", At("sessions.json")).Done();
        await using var store = await StartNodeAsync(options => options.Sessions.ReworkGrace = TimeSpan.FromHours(1));
        Assert.Equal("ann", (await store.Client.GetAsync(old))?.Key);
    }

    [Fact]
    public async Task Hosts_configuration_says_when_a_session_ends()
    {
        File.WriteAllText(At("host.conf"), "jam.sessions { idle-timeout = 20m }");
        Assert.Equal(1, Run("import", Copied("plain/one.nested.json"), "--config", At("host.conf"), "--json").Done()["sessions"]);
        Assert.Equal("1", await QueryAsync("select count(*) from sessions where is_timed and deadline / 1000 between extract(epoch from now()) + 1000 and extract(epoch from now()) + 1300"));
    }

    [Fact]
    public void A_second_run_says_what_was_brought_in_before()
    {
        var file = Copied("plain/thousand.even.json");
        var first = Run("import", file, "--json").Done();
        var second = Run("import", file, "--json").Done();
        Assert.Equal((1000, 0, 0), (first["sessions"], first["before"], first["present"]));
        Assert.Equal((0, 1000, 0), (second["sessions"], second["before"], second["present"]));
        Assert.Equal(1000, Run("import", file, "--again", "--json").Done()["present"]);
        Assert.Equal(1000, Run("stats", "--json").Done()["live"]);
    }

    [Fact]
    public async Task An_id_that_says_nothing_of_its_owner_is_looked_for_once()
    {
        Run("import", WriteFile("jam.json", Document("ann", "old"))).Done();
        await using var store = await StartNodeAsync();
        Assert.NotNull(await store.Client.GetAsync("old"));

        // Nobody can read a row now.
        await using var connection = new NpgsqlConnection(Node.Server.ConnectionString(Name) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {Name}.sessions in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        Assert.NotNull(await store.Client.GetAsync("old"));
        await connection.CloseAsync();

        // Its owner remembers why it is gone.
        Assert.True(await store.Client.DeleteAsync("old"));
        Assert.Equal(SessionEndReason.Deleted, Assert.IsType<SessionMissing>(await store.Client.LookupAsync("old")).Why);
    }

    [Fact]
    public async Task Who_signed_out_or_has_another_id_is_brought_back_by_no_second_run()
    {
        Run("import", WriteFile("jam.json", Document("ann", "gone"), Document("bob", "reworked"), Document("cid", "there"))).Done();
        await using var store = await StartNodeAsync();
        Assert.True(await store.Client.DeleteAsync("gone"));
        await store.Client.ReworkAsync("reworked");
        var later = Run("import", WriteFile("later.json", Document("ann", "gone"), Document("bob", "reworked"), Document("cid", "there"), Document("dan", "new")), "--json").Done();
        Assert.Equal((1, 3), (later["sessions"], later["before"]));
        Assert.Null(await store.Client.GetAsync("gone"));
        Assert.Null(await store.Client.GetAsync("reworked"));
        Assert.NotNull(await store.Client.GetAsync("new"));
        Assert.Equal(2, Run("import", At("later.json"), "--again", "--json").Done()["sessions"]);
        Assert.NotNull(await store.Client.GetAsync("gone"));
    }

    [Fact]
    public async Task An_import_that_was_interrupted_goes_on_where_it_was()
    {
        var file = WriteFile("jam.json", Enumerable.Range(0, 2500).Select(i => Document($"user{i % 700}", $"id{i}")));
        await QueryAsync("""
            create function fail() returns trigger language plpgsql as $$ begin if (select count(*) from imports) >= 2 then raise exception 'enough'; end if; return new; end $$;
            create trigger fail before insert on imports for each row execute function fail()
            """);
        Run("import", file).Refused(ExitCode.Failed, "enough");
        Assert.Equal("2000", await QueryAsync("select count(*) from sessions"));
        await QueryAsync("drop trigger fail on imports; delete from sessions where number = 7");
        var rest = Run("import", file, "--json").Done();
        Assert.Equal((500, 2000), (rest["sessions"], rest["before"]));
        Assert.Equal("2499", await QueryAsync("select count(*) from sessions"));
        await using var store = await StartNodeAsync();
        Assert.NotNull(await store.Client.GetAsync("id2499"));
        Assert.Null(await store.Client.GetAsync("id6"));
    }

    [Fact]
    public async Task Two_do_not_import_at_once()
    {
        var answers = await Task.WhenAll(
            Task.Run(() => Run("import", WriteFile("a.json", Enumerable.Range(0, 5000).Select(i => Document("ann", $"a{i}"))))),
            Task.Run(() => Run("import", WriteFile("b.json", Enumerable.Range(0, 5000).Select(i => Document("ann", $"b{i}"))))));
        Assert.All(answers, answer => Assert.Contains(answer.Code, (int[])[ExitCode.Done, ExitCode.Locked]));
        Run("import", At("a.json")).Done();
        Run("import", At("b.json")).Done();
        Assert.Equal("10000", await QueryAsync("select count(*) from sessions"));
    }

    [Fact]
    public async Task Hosts_that_run_know_what_came_in()
    {
        await using var store = await StartNodeAsync();
        await store.Client.CreateAsync("ann", SessionData.Empty);
        Assert.Null(await store.Client.GetAsync("from-jam"));
        Assert.True(Run("import", WriteFile("jam.json", Document("ann", "from-jam")), "--json").Done().Json.GetProperty("online").GetBoolean());
        Assert.Equal("ann", (await store.Client.GetAsync("from-jam"))?.Key);
        Assert.Equal(2, await store.Client.ClearAsync("ann"));
        Assert.Null(await store.Client.GetAsync("from-jam"));
    }

    [Fact]
    public async Task An_id_under_several_keys_is_refused_and_named_before_anything_is_written()
    {
        var answer = Run("import", Copied("plain/dup-ids.two.json")).Refused(ExitCode.Refused, "1 ids");
        Assert.Contains("documents 1 and 2.", answer.Error, StringComparison.Ordinal);
        Assert.Equal("0", await QueryAsync("select count(*) from sessions"));
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_named_and_left_out()
    {
        File.WriteAllText(At("jam.json"), $$$"""
            {"_default": {"1": {{{Document("ann", "a")}}}, "2": "text", "3": {"key": "bob", "data": "{}", "created_at": 1.5}, "4": {"key": "cid", "session_id": "c", "data": 5, "created_at": 1.5},
            "5": {{{Document("ann", "a", "second")}}}, "6": {{{Document(new string('k', 1025), "long")}}}, "99999999999999999999": {{{Document("dan", "large")}}},
            "7": {"key": "eve", "session_id": "e", "data": "{}", "created_at": 1795369153.076425, "more": [1]}, "8": {"key": 5, "session_id": "odd", "data": "{}", "created_at": 1.5} }}
            """);
        var done = Run("import", At("jam.json"), "--json").Done();
        Assert.Equal((4, 4, 1, 1), (done["sessions"], done["unreadable"], done["shadowed"], done["renumbered"]));
        Assert.Equal(["2 (no session)", "3 (no id)", "4 (data that cannot be read)", "6 (a key of more than 1024 units)"], done.Json.GetProperty("leftOut").EnumerateArray().Select(name => name.GetString()));
        await using var store = await StartNodeAsync();
        Assert.All(await Task.WhenAll(((string[])["a", "large", "e", "odd"]).Select(id => store.Client.GetAsync(id).AsTask())), Assert.NotNull);
        Assert.Equal("{}", (await store.Client.GetAsync("a"))!.Data.Json);
    }

    [Fact]
    public void What_has_ended_is_left_out()
    {
        var file = WriteFile("jam.json", Document("ann", "a"), Document("bob", "b")[..^1] + """, "jam_sessions": {"seen": 1000.0, "idle": 1.0}}""");
        var done = Run("import", file, "--json").Done();
        Assert.Equal((1, 1), (done["sessions"], done["ended"]));
    }

    [Fact]
    public async Task Without_its_secret_or_with_another_one_a_file_stays_out()
    {
        await using (var engine = await StartEngineAsync("fernet"))
        {
            await engine.Client.CreateAsync("ann", SessionData.Empty);
        }

        Run("import", At("sessions.json")).Refused(ExitCode.WrongSecret, "--secret-file");
        File.WriteAllText(At("secret"), "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        Run("import", At("sessions.json"), "--secret-file", At("secret")).Refused(ExitCode.WrongSecret, "session-aes-secret");
        Assert.Equal("0", await QueryAsync("select count(*) from sessions"));
        RunAsked(Secret, "import", At("sessions.json"), "--connection-file", At("connection"), "--schema", Name).Done();
    }

    [Fact]
    public async Task A_damaged_file_stays_out()
    {
        Run("import", Copied("damaged/torn-tail.json")).Refused(ExitCode.Damaged, "is damaged at byte");
        Run("import", At("nowhere.json")).Refused(ExitCode.Refused, "There is no store");
        Assert.Equal("0", await QueryAsync("select count(*) from imports"));
    }

    [Fact]
    public async Task A_file_that_a_host_has_stays_out()
    {
        await using var engine = await StartEngineAsync("plain");
        await engine.Client.CreateAsync("ann", SessionData.Empty);
        Run("import", At("sessions.json")).Refused(ExitCode.Locked, "is in use by");
    }

    [Fact]
    public void A_key_is_never_shown_as_it_is()
    {
        WriteFile("\u001b[31m.json", Document("\u001b[31m", "a"), Document("b\u001b[31m", "a"));
        Assert.DoesNotContain("\u001b", Run("import", At("\u001b[31m.json")).Refused(ExitCode.Refused, "several keys").Error, StringComparison.Ordinal);
    }

    private static bool IsEncrypted(string mode) => mode is "fernet" or "aes-gcm";

    private string Copied(string fixture)
    {
        var path = At(Path.GetFileName(fixture));
        File.Copy(Fixture(fixture), path);
        return path;
    }

    private Task<JamSessions> StartEngineAsync(string mode, Action<JamSessionsOptions>? configure = null)
    {
        var options = new JamSessionsOptions
        {
            JsonPath = At("sessions.json"),
            IdsAtRest = mode is "hashed" or "aes-gcm" ? IdsAtRest.Hashed : IdsAtRest.Plain,
            Encryption = mode == "aes-gcm" ? SessionEncryption.AesGcm : mode == "fernet" ? SessionEncryption.Fernet : SessionEncryption.None,
            SessionAesSecret = IsEncrypted(mode) ? Secret : null,
        };
        configure?.Invoke(options);
        return JamSessions.StartAsync(Node.System, options);
    }
}
