using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>Every command works on a store in every mode; which one it is in nobody has to say.</summary>
public sealed class ModesSpec : ToolTest
{
    public static TheoryData<string> All => Modes.All;

    public static TheoryData<string> Encrypted => Modes.Encrypted;

    [Theory]
    [MemberData(nameof(All))]
    public async Task All_commands_work_and_the_mode_stays(string mode)
    {
        var ids = await MakeAsync(mode);
        var stats = With("stats", "--json").Done().Json;
        Assert.Equal(4, stats.GetProperty("live").GetInt32());
        Assert.Equal(0, stats.GetProperty("unreadable").GetInt32());
        var row = With("list", "--key", "user3", "--json").Done().Lines[0];
        Assert.Equal("""{"secret": "marker 3"}""".Length, row.GetProperty("dataBytes").GetInt32());
        With("show", row.GetProperty("handle").GetString()!).Done();
        With("end", "--handle", row.GetProperty("handle").GetString()!, "--dry-run").Done();
        Assert.Contains("1 session ended.", With("end", "--handle", row.GetProperty("handle").GetString()!).Done().Out, StringComparison.Ordinal);
        With("sweep").Done();
        With("flush").Done();
        With("backup", At("b")).Done();
        File.Delete(JsonPath);
        With("restore", At("b"), "--revive").Done();
        var verdict = With("verify", "--json").Done().Json;
        Assert.Equal((Modes.IsHashed(mode) ? "hashed" : "plain", mode.Replace("-hashed", "", StringComparison.Ordinal)), (verdict.GetProperty("ids").GetString(), Modes.IsEncrypted(mode) ? verdict.GetProperty("encryption").GetString() : mode));
        Assert.Equal(3, verdict.GetProperty("served").GetInt32());
        await using var engine = await StartAsync(options => Modes.Set(options, mode));
        Assert.Contains("marker 2", (await engine.Client.GetAsync(ids[1]))!.Data.Json, StringComparison.Ordinal);
        Assert.Null(await engine.Client.GetAsync(ids[2]));
    }

    [Theory]
    [MemberData(nameof(Encrypted))]
    public async Task What_needs_no_secret_asks_for_none(string mode)
    {
        await MakeAsync(mode);
        var before = File.ReadAllText(JsonPath);
        foreach (var arguments in new[] { new[] { "stats" }, ["list"], ["end", "--all", "--dry-run"], ["sweep", "--dry-run"] })
        {
            var answer = Run(arguments);
            Assert.Equal(ExitCode.Done, answer.Code);
            Assert.Contains("read without the secret", answer.Error, StringComparison.Ordinal);
        }

        var said = Run("backup", At("b")).Done();
        Assert.Contains("Whether its data can be decrypted was not tried", said.Out, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(At("b/sessions.json")));
        RunBare("restore", At("b"), "--revive", "--file", At("new.json")).Done();
        RunBare("restore", At("b"), "--end-all", "--file", At("ended.json")).Done();
        Assert.Equal(before, File.ReadAllText(At("new.json")));
        foreach (var arguments in new[] { new[] { "flush" }, ["sweep"], ["end", "--key", "user1"], ["export", At("e")], ["verify"] })
        {
            var answer = Run(arguments);
            Assert.Equal(ExitCode.WrongSecret, answer.Code);
            Assert.Contains("--secret-file", answer.Error + answer.Out, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Done, RunAsked(Modes.Secret, [.. arguments, "--file", JsonPath]).Code);
        }
    }

    [Theory]
    [MemberData(nameof(Encrypted))]
    public async Task A_backup_of_what_is_in_the_journal_only_needs_the_secret(string mode)
    {
        byte[] left;
        File.WriteAllText(At("secret"), Modes.Secret);
        await using (var engine = await StartAsync(options => Modes.Set(options, mode)))
        {
            await engine.Client.CreateAsync("late", SessionData.Empty);
            left = OpenFiles.Read($"{JsonPath}.journal-1");
        }

        File.Delete(JsonPath);
        File.WriteAllBytes($"{JsonPath}.journal-1", left);
        Assert.Equal(ExitCode.WrongSecret, Run("backup", At("b")).Code);
        With("backup", At("c")).Done();
        Assert.Equal(ExitCode.Done, With("verify", "--file", At("c")).Code);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_exported_comes_back_into_a_store_of_its_kind(string mode)
    {
        var ids = await MakeAsync(mode);
        var said = With("export", At("e")).Done().Out;
        var lines = File.ReadAllText(At("e"));
        Assert.Equal(Modes.IsHashed(mode), said.Contains("nobody can sign in with them", StringComparison.Ordinal));
        Assert.Equal(!Modes.IsHashed(mode), ids.All(id => lines.Contains(id, StringComparison.Ordinal)));
        Assert.Equal(Modes.IsHashed(mode), lines.StartsWith("{\"digest\":", StringComparison.Ordinal));
        RunBare("import", At("e"), "--file", At("new.json")).Done();
        await using var engine = await StartAsync(options =>
        {
            options.JsonPath = At("new.json");
            options.IdsAtRest = Modes.IsHashed(mode) ? IdsAtRest.Hashed : IdsAtRest.Plain;
        });
        foreach (var id in ids)
        {
            Assert.Contains("marker", (await engine.Client.GetAsync(id))!.Data.Json, StringComparison.Ordinal);
        }

        Assert.Equal(TimeSpan.FromDays(1), (await engine.Client.GetAsync(ids[3]))!.Lifetime!.Idle);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Plain_ids_are_hashed_on_their_way_in_and_digests_come_into_hashed_stores_alone(string mode)
    {
        await MakeAsync(mode);
        File.WriteAllText(At("plain"), """{"id": "an-id", "key": "ann", "data": {"a": "marker"}, "lifetime": {"seen": 4000000000.0, "idle": 100.0}}""");
        File.WriteAllText(At("digest"), """{"digest": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg", "key": "bob", "data": {}}""");
        File.WriteAllText(At("jam.json"), """{"_default": {"1": {"key": "cat", "session_id": "from-jam", "data": "{\"a\": 1}", "created_at": 1795367285.296665, "more": [1]}}}""");
        With("import", At("plain")).Done();
        With("import", At("jam.json")).Done();
        var answer = With("import", At("digest"));
        Assert.Equal(Modes.IsHashed(mode) ? ExitCode.Done : ExitCode.Refused, answer.Code);
        File.WriteAllText(At("mixed"), """{"id": "another", "key": "ann", "data": {}}""" + "\n" + """{"digest": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "key": "bob", "data": {}}""");
        Assert.Equal(Modes.IsHashed(mode) ? ExitCode.Done : ExitCode.Damaged, With("import", At("mixed"), "--dry-run").Code);
        Assert.Equal(!Modes.IsHashed(mode), File.ReadAllText(JsonPath).Contains("an-id", StringComparison.Ordinal));
        Assert.Equal(!Modes.IsHashed(mode), File.ReadAllText(JsonPath).Contains("from-jam", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Refused, With("import", At("jam.json")).Code);
        await using var engine = await StartAsync(options => Modes.Set(options, mode));
        Assert.Equal("ann", (await engine.Client.GetAsync("an-id"))!.Key);
        Assert.Equal("cat", (await engine.Client.GetAsync("from-jam"))!.Key);
        Assert.Equal(Modes.IsHashed(mode) ? "bob" : null, (await engine.Client.GetAsync("test"))?.Key);
    }

    [Fact]
    public async Task A_session_file_with_hashed_ids_comes_into_hashed_stores_alone()
    {
        await MakeAsync("plain");
        File.Move(JsonPath, At("plain.json"));
        var ids = await MakeAsync("aes-gcm");
        var answer = RunBare("import", JsonPath, "--source-secret-file", At("secret"), "--file", At("plain.json"));
        Assert.Equal(ExitCode.Refused, answer.Code);
        Assert.Contains("hash-ids", answer.Error, StringComparison.Ordinal);
        RunBare("import", JsonPath, "--source-secret-file", At("secret"), "--file", At("new.json")).Done();
        await using var engine = await StartAsync(options => (options.JsonPath, options.IdsAtRest) = (At("new.json"), IdsAtRest.Hashed));
        Assert.NotNull(await engine.Client.GetAsync(ids[0]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_id_before_a_rework_works_on_after_the_tool_wrote_the_file(string mode)
    {
        string before;
        await using (var engine = await StartAsync(Configure))
        {
            before = await engine.Client.CreateAsync("user1", SessionData.Empty);
            await engine.Client.ReworkAsync(before);
            await engine.Client.CreateAsync("user2", SessionData.Empty);
        }

        File.WriteAllText(At("secret"), Modes.Secret);
        With("end", "--key", "user2").Done();
        await using var after = await StartAsync(Configure);
        Assert.NotNull(await after.Client.GetAsync(before));

        void Configure(JamSessionsOptions options)
        {
            Modes.Set(options, mode);
            options.ReworkGrace = TimeSpan.FromHours(1);
        }
    }

    [Fact]
    public async Task The_mode_and_the_secret_of_the_hosts_options_count()
    {
        await MakeAsync("aes-gcm");
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", encryption = aes-gcm, session-aes-secret-file = "{{At("secret")}}" }""");
        RunBare("flush", "--config", At("host.conf")).Done();
        File.WriteAllText(At("jam.json"), """{"_default": {"1": {"key": "ann", "session_id": "a", "data": "{}", "created_at": 1.5}}}""");
        File.WriteAllText(At("new.conf"), $$"""jam.sessions { json-path = "{{At("new.json")}}", encryption = aes-gcm, session-aes-secret-file = "{{At("secret")}}" }""");
        RunBare("import", At("jam.json"), "--config", At("new.conf")).Done();
        Assert.Contains("JG_", File.ReadAllText(At("new.json")), StringComparison.Ordinal);
    }

    private Answer With(params string[] arguments) => arguments.Contains("--file") ? RunBare([.. arguments, "--secret-file", At("secret")]) : Run([.. arguments, "--secret-file", At("secret")]);

    /// <summary>Three sessions, and a fourth with a lifetime of its own.</summary>
    private async Task<string[]> MakeAsync(string mode)
    {
        File.WriteAllText(At("secret"), Modes.Secret);
        var ids = await MakeStoreAsync(configure: options => Modes.Set(options, mode));
        await using var engine = await StartAsync(options => Modes.Set(options, mode));
        return [.. ids, await engine.Client.CreateAsync("user4", SessionData.From("""{"secret": "marker 4"}"""), new SessionLifetime(Idle: TimeSpan.FromDays(1)))];
    }
}
