using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>The tool on a file that a running host has open: through the host, where that lets it.</summary>
public sealed class OnlineSpec : ToolTest
{
    [LinuxFact]
    public async Task Without_the_hosts_consent_the_holder_is_named_and_nothing_is_done()
    {
        await using var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", SessionData.Empty);
        foreach (var arguments in new[] { new[] { "stats" }, ["list"], ["end", "--all", "--yes"], ["sweep"], ["flush"], ["backup", At("b")], ["export", At("e")], ["import", JsonPath] })
        {
            var answer = Run(arguments);
            Assert.Equal(ExitCode.Locked, answer.Code);
            Assert.Contains($"(process {Environment.ProcessId} on ", answer.Error, StringComparison.Ordinal);
        }

        Assert.Contains("admin-socket = on", Run("stats").Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("e")));
        Assert.Equal(1, (await engine.Client.CountAsync()).Sessions);
    }

    [LinuxFact]
    public async Task With_it_every_command_is_the_hosts()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var ids = await Task.WhenAll(Enumerable.Range(1, 5).Select(i => engine.Client.CreateAsync($"user{i}", SessionData.Empty)));
        var stats = Run("stats", "--json").Done().Json;
        Assert.True(stats.GetProperty("running").GetBoolean());
        Assert.Equal(5, stats.GetProperty("live").GetInt32());
        var row = Run("list", "--key", "user2", "--json").Done().Lines[0];
        Assert.Equal("user2", Run("show", row.GetProperty("handle").GetString()!, "--json").Done().Json.GetProperty("session").GetProperty("key").GetString());
        Assert.Contains("1 session ended.", Run("end", "--handle", row.GetProperty("handle").GetString()!).Done().Out, StringComparison.Ordinal);
        Assert.Null(await engine.Client.GetAsync(ids[1]));
        Assert.NotNull(await engine.Client.GetAsync(ids[0]));
        Run("sweep").Done();
        Run("flush").Done();
        Assert.Contains(ids[0], File.ReadAllText(JsonPath), StringComparison.Ordinal);
        Assert.Contains("4 sessions ended.", Run("end", "--all", "--yes").Done().Out, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_backup_of_a_running_host_is_restored_elsewhere()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var id = await engine.Client.CreateAsync("user1", SessionData.Empty);
        Run("backup", At("b")).Done();
        await engine.Client.DeleteAsync(id);
        RunBare("restore", At("b"), "--revive", "--file", At("elsewhere.json")).Done();
        await using var elsewhere = await StartAsync(options => options.JsonPath = At("elsewhere.json"));
        Assert.NotNull(await elsewhere.Client.GetAsync(id));
    }

    [LinuxFact]
    public async Task It_is_verified_and_exported_from_a_fresh_backup()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var id = await engine.Client.CreateAsync("user1", SessionData.Empty);
        var verdict = Run("verify", "--json").Done().Json;
        Assert.Equal("a backup taken now", verdict.GetProperty("read").GetString());
        Assert.Equal(1, verdict.GetProperty("served").GetInt32());
        Run("export", At("e.jsonl")).Done();
        Assert.Contains(id, File.ReadAllText(At("e.jsonl")), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task An_encrypted_store_of_a_running_host_needs_no_secret_for_a_backup_and_one_to_be_verified()
    {
        var secret = Convert.ToBase64String(new byte[32].Select((_, i) => (byte)i).ToArray()).Replace('+', '-').Replace('/', '_');
        await using var engine = await StartAsync(options => (options.AdminSocket, options.IsSessionCrypt, options.SessionAesSecret) = (true, true, secret));
        await engine.Client.CreateAsync("user1", SessionData.Empty);
        Run("backup", At("b")).Done();
        Assert.Equal(ExitCode.WrongSecret, Run("verify").Code);
        Assert.Contains($"{JsonPath} holds sessions that are encrypted (fernet)", Run("verify").Out, StringComparison.Ordinal);
        File.WriteAllText(At("secret"), secret);
        File.WriteAllText(At("another"), Support.Modes.Another);
        foreach (var wrong in new[] { Run("verify", "--secret-file", At("another")), Run("export", At("e"), "--secret-file", At("another")) })
        {
            Assert.Equal(ExitCode.WrongSecret, wrong.Code);
            Assert.Contains($"{JsonPath} was encrypted with another key", wrong.Out + wrong.Error, StringComparison.Ordinal);
        }

        Assert.True(Run("verify", "--json", "--secret-file", At("secret")).Done().Json.GetProperty("encrypted").GetBoolean());
    }

    [LinuxFact]
    public async Task A_socket_at_another_place_is_found_by_the_hosts_options_and_by_its_name()
    {
        await using var engine = await StartAsync(options => (options.AdminSocket, options.AdminSocketPath) = (true, At("admin")));
        Assert.Equal(ExitCode.Locked, Run("stats").Code);
        Run("stats", "--socket", At("admin")).Done();
        File.WriteAllText(At("host.conf"), $$"""jam.sessions { json-path = "{{JsonPath}}", admin-socket-path = "{{At("admin")}}" }""");
        RunBare("stats", "--config", At("host.conf")).Done();
    }
}
