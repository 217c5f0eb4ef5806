using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>The tool on a file that nobody has open.</summary>
public sealed class OfflineSpec : ToolTest
{
    [Fact]
    public async Task Looking_shows_no_id_and_no_data_and_writes_nothing_but_the_lock_file()
    {
        var ids = await MakeStoreAsync();
        var before = Listing();
        var handle = Run("list", "--json").Done().Lines[0].GetProperty("handle").GetString()!;
        foreach (var answer in new[] { Run("stats"), Run("stats", "--json"), Run("list"), Run("list", "--json"), Run("list", "--key", "user1"), Run("show", handle), Run("show", handle, "--json"), Run("verify") })
        {
            Assert.DoesNotContain(ids, id => answer.Done().Out.Contains(id, StringComparison.Ordinal));
            Assert.DoesNotContain("marker", answer.Out, StringComparison.Ordinal);
        }

        var lockFile = $"{JsonPath}.lock";
        Assert.Equal(before.Where(file => file.Key != lockFile).OrderBy(file => file.Key), Listing().Where(file => file.Key != lockFile).OrderBy(file => file.Key));
    }

    [Fact]
    public async Task Stats_count_what_there_is()
    {
        await MakeStoreAsync(5);
        var stats = Run("stats", "--json").Done().Json;
        Assert.Equal(5, stats.GetProperty("live").GetInt32());
        Assert.Equal(5, stats.GetProperty("keys").GetInt32());
        Assert.Equal(5, stats.GetProperty("ages").GetProperty("hour").GetInt32());
        Assert.False(stats.GetProperty("running").GetBoolean());
        Assert.Equal(new FileInfo(JsonPath).Length, stats.GetProperty("fileBytes").GetInt64());
        Assert.Equal("user1", stats.GetProperty("largestKeys")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task A_list_is_as_long_as_it_is_asked_to_be()
    {
        await MakeStoreAsync(5);
        Assert.Contains("2 of 5 sessions", Run("list", "--limit", "2").Done().Out, StringComparison.Ordinal);
        Assert.Equal(2, Run("list", "--limit", "2", "--json").Done().Lines.Count);
        Assert.Equal(5, Run("list", "--limit", "0", "--json").Done().Lines.Count);
        Assert.Equal(ExitCode.Usage, Run("list", "--limit", "-1").Code);
    }

    [Theory]
    [InlineData("--key", "user2")]
    [InlineData("--created-before", "2001-01-01")]
    [InlineData("--unseen-for", "1s")]
    public async Task A_selector_ends_what_it_means_and_nothing_else(string selector, string value)
    {
        var ids = await MakeStoreAsync();
        var expected = selector == "--key" ? 1 : 0;
        Assert.Equal(expected, Run("end", selector, value, "--dry-run", "--json").Done().Json.GetProperty("sessions").GetInt32());
        Assert.Equal(expected, Run("end", selector, value, "--json").Done().Json.GetProperty("sessions").GetInt32());
        await using var engine = await StartAsync();
        Assert.Equal(3 - expected, (await engine.Client.CountAsync()).Sessions);
        Assert.Equal(expected == 0, await engine.Client.GetAsync(ids[1]) is not null);
    }

    [Fact]
    public async Task Use_that_is_not_noted_is_not_guessed_and_that_is_said()
    {
        await MakeStoreAsync();
        var answer = Run("end", "--unseen-for", "1s").Done();
        Assert.Contains("0 sessions ended.", answer.Out, StringComparison.Ordinal);
        Assert.Contains("3 sessions left that cannot be told", answer.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selectors_narrow_each_other()
    {
        await MakeStoreAsync();
        Assert.Equal(1, Run("end", "--key", "user2", "--created-before", "2999-01-01", "--json").Done().Json.GetProperty("sessions").GetInt32());
        var handle = Run("list", "--json").Done().Lines[0].GetProperty("handle").GetString()!;
        Assert.Equal(0, Run("end", "--key", "nobody", "--handle", handle, "--json").Done().Json.GetProperty("sessions").GetInt32());
        Assert.Equal(1, Run("end", "--handle", handle, "--json").Done().Json.GetProperty("sessions").GetInt32());
    }

    [Fact]
    public async Task All_needs_a_yes_and_nothing_said_selects_nothing()
    {
        await MakeStoreAsync();
        Assert.Equal(ExitCode.Usage, Run("end").Code);
        Assert.Equal(ExitCode.Refused, Run("end", "--all").Code);
        Assert.Equal(3, Run("list", "--json").Lines.Count);
        Assert.Contains("3 sessions to be ended", Run("end", "--all", "--dry-run").Done().Out, StringComparison.Ordinal);
        Assert.Contains("3 sessions ended", Run("end", "--all", "--yes").Done().Out, StringComparison.Ordinal);
        Assert.Equal("", Run("list", "--json").Done().Out);
    }

    [Fact]
    public async Task What_ended_is_gone_from_the_disk()
    {
        var ids = await MakeStoreAsync();
        Run("end", "--key", "user2").Done();
        Assert.DoesNotContain(Listing().Values, bytes => bytes.Contains(Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(ids[1])), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sweep_removes_what_the_hosts_options_have_ended()
    {
        await MakeStoreAsync(configure: options => options.MaxLifetime = TimeSpan.FromHours(8));
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"created_at\": 17", "\"created_at\": 10", StringComparison.Ordinal));
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", max-lifetime = 8 h }""");
        Assert.Equal(0, Run("sweep", "--json").Done().Json.GetProperty("sessions").GetInt32());
        Assert.Equal(3, RunBare("sweep", "--dry-run", "--json", "--config", At("host.conf")).Done().Json.GetProperty("sessions").GetInt32());
        Assert.Equal("ended", RunBare("list", "--json", "--config", At("host.conf")).Done().Lines[0].GetProperty("state").GetString());
        Assert.Equal(3, RunBare("sweep", "--json", "--config", At("host.conf")).Done().Json.GetProperty("sessions").GetInt32());
        Assert.Equal("", Run("list", "--json").Done().Out);
    }

    [Fact]
    public async Task A_flush_brings_what_a_killed_host_left_into_the_file()
    {
        byte[] left;
        await using (var engine = await StartAsync())
        {
            await engine.Client.CreateAsync("late", SessionData.Empty);
            left = OpenFiles.Read($"{JsonPath}.journal-1");
        }

        File.Delete(JsonPath);
        File.WriteAllBytes($"{JsonPath}.journal-1", left);
        Assert.Equal(1, Run("stats", "--json").Done().Json.GetProperty("live").GetInt32());
        Run("flush").Done();
        Assert.Contains("\"late\"", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder, "sessions.json.journal-*"));
    }

    [Fact]
    public async Task Foreign_keys_do_no_harm_in_any_output()
    {
        await using (var engine = await StartAsync())
        {
            await engine.Client.CreateAsync("\u001b[2J\u202Eevil[red]", SessionData.Empty);
        }

        foreach (var answer in new[] { Run("list"), Run("list", "--json"), Run("stats"), Run("stats", "--json"), Run("end", "--all", "--dry-run") })
        {
            Assert.DoesNotContain('\u001b', answer.Done().Out);
            Assert.DoesNotContain('\u202E', answer.Out);
        }

        Assert.Contains(@"\u{1B}[2J\u{202E}evil[red]", Run("list").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_command_or_no_option_is_usage()
    {
        Assert.Equal(ExitCode.Usage, RunBare("ned").Code);
        Assert.Contains("Did you mean end?", RunBare("ned").Error, StringComparison.Ordinal);
        Assert.StartsWith($"jam-sessions: There is no command ned.{Environment.NewLine}Did", RunBare("ned").Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean hash-ids?", RunBare("hashids", "--yes").Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", RunBare("frobnicate").Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, RunBare().Code);
        Assert.Equal(ExitCode.Usage, Run("list", "--kye", "x").Code);
        Assert.Equal(ExitCode.Usage, Run("end", "--created-before", "soon").Code);
        Assert.Equal(ExitCode.Usage, Run("end", "--unseen-for", "5 parsecs").Code);
        Assert.Equal(ExitCode.Usage, RunBare("stats", "--config", At("nowhere.conf")).Code);
        Assert.Equal(ExitCode.Usage, Run("stats", "--secret-file", At("nowhere")).Code);
        Assert.Equal(ExitCode.Refused, Run("show", "nobody").Code);
    }

    [Fact]
    public void A_store_that_is_not_there_is_not_made()
    {
        foreach (var arguments in new[] { new[] { "stats" }, ["list"], ["end", "--all", "--yes"], ["sweep"], ["flush"], ["backup", At("b")], ["export", At("e")] })
        {
            Assert.Equal(ExitCode.Refused, Run(arguments).Code);
        }

        Assert.Empty(Listing());
    }

    [Fact]
    public void A_misspelt_key_of_the_hosts_options_is_refused()
    {
        File.WriteAllText(At("host.conf"), "jam.sessions { josn-path = x }");
        var answer = RunBare("stats", "--config", At("host.conf"));
        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Contains("did you mean json-path?", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stats")]
    [InlineData("list")]
    [InlineData("show")]
    [InlineData("verify")]
    [InlineData("end")]
    [InlineData("sweep")]
    [InlineData("flush")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("import")]
    [InlineData("export")]
    [InlineData("rekey")]
    [InlineData("encrypt")]
    [InlineData("hash-ids")]
    public void Each_command_has_help_without_its_arguments(string command) =>
        Assert.Contains($"\njam-sessions {command}", RunBare(command, "--help").Done().Out, StringComparison.Ordinal);

    [Fact]
    public void Help_names_every_command_and_every_exit_code()
    {
        var help = RunBare("--help").Done().Out;
        Assert.All(["stats", "list", "show <handle>", "verify", "end", "sweep", "flush", "backup <folder>", "restore <folder>", "import <source>", "export <target>", "rekey", "encrypt", "hash-ids"], command => Assert.Contains($"\n  {command}", help, StringComparison.Ordinal));
        Assert.All(typeof(ExitCode).GetFields(), code => Assert.Contains($"{code.GetValue(null)} ", help[help.IndexOf("Exit codes", StringComparison.Ordinal)..], StringComparison.Ordinal));
        Assert.Contains("--created-before <time>", RunBare("end", "--help").Done().Out, StringComparison.Ordinal);
    }
}
