using System.Diagnostics;
using Jam.Sessions.Actors.Cli.Tests.Support;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>What root does on a host's files must not lock the host out.</summary>
public sealed class OwnerSpec : ToolTest
{
    private const int Another = 12345;

    [RootFact]
    public async Task Files_of_another_user_are_looked_at_by_verify_alone()
    {
        await MakeStoreAsync();
        await GiveAsync(JsonPath);
        File.Delete($"{JsonPath}.lock");
        var before = Listing();
        foreach (var arguments in new[] { new[] { "stats" }, ["list"], ["end", "--all", "--yes"], ["sweep"], ["flush"], ["backup", At("b")], ["export", At("e")], ["import", JsonPath] })
        {
            var answer = Run(arguments);
            Assert.Equal(ExitCode.Refused, answer.Code);
            Assert.Contains($"belongs to user {Another}", answer.Error, StringComparison.Ordinal);
        }

        Run("verify").Done();
        Assert.Equal(before, Listing());
    }

    [RootFact]
    public async Task No_store_is_made_in_another_users_folder()
    {
        await MakeStoreAsync();
        Run("backup", At("b")).Done();
        Run("export", At("e")).Done();
        Directory.CreateDirectory(At("hosts"));
        await GiveAsync(At("hosts"));
        foreach (var arguments in new[] { new[] { "restore", At("b"), "--revive" }, ["import", At("e")] })
        {
            var answer = RunBare([.. arguments, "--file", At("hosts/sessions.json")]);
            Assert.Equal(ExitCode.Refused, answer.Code);
            Assert.Contains($"belongs to user {Another}", answer.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(At("hosts")));
    }

    [RootFact]
    public async Task A_running_host_of_another_user_takes_roots_commands()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        await engine.Client.CreateAsync("user1", SessionData.Empty);
        await engine.Client.FlushAsync();
        await GiveAsync(JsonPath);
        Assert.Equal(1, Run("end", "--key", "user1", "--json").Done().Json.GetProperty("sessions").GetInt32());
    }

    private static async Task GiveAsync(string path)
    {
        using var chown = Process.Start("chown", [$"{Another}", path]);
        await chown.WaitForExitAsync();
        Assert.Equal(0, chown.ExitCode);
    }
}
