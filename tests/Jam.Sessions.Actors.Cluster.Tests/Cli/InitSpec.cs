using Jam.Sessions.Actors.Cluster.Cli;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Tests.Support;

namespace Jam.Sessions.Actors.Cluster.Tests.Cli;

/// <summary>Tables are made once, whoever makes them, and tables that do not fit are left alone.</summary>
public sealed class InitSpec(OneNode node) : ClusterToolTest(node)
{
    [Fact]
    public void Made_twice_the_tables_stay_those_of_the_same_cluster()
    {
        var first = Run("init", "--json").Done();
        var second = Run("init", "--json").Done();
        Assert.Equal((0, ClusterSchema.Newest), (first["before"], first["after"]));
        Assert.Equal((ClusterSchema.Newest, ClusterSchema.Newest), (second["before"], second["after"]));
        Assert.Equal((ClusterSchema.Shards, first.Json.GetProperty("fingerprint").GetString()), (second["shards"], second.Json.GetProperty("fingerprint").GetString()));
        Assert.Equal(16, first.Json.GetProperty("fingerprint").GetString()!.Length);
    }

    [Fact]
    public void In_words_it_says_what_it_did()
    {
        Assert.Contains($"made in schema {Name}, version {ClusterSchema.Newest}. {ClusterSchema.Shards} shards, cluster ", Run("init").Done().Out, StringComparison.Ordinal);
        Assert.Contains("as this build needs them", Run("init").Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_at_once_one_makes_them()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Run("init", "--json").Done())));
        Assert.Equal(1, answers.Count(answer => answer["before"] == 0));
        Assert.Single(answers.Select(answer => answer.Json.GetProperty("fingerprint").GetString()).Distinct());
        Assert.Equal("1", await QueryAsync("select count(*) from store"));
    }

    [Fact]
    public async Task A_check_changes_nothing()
    {
        var missing = Run("init", "--check");
        Assert.Equal(ExitCode.Partly, missing.Code);
        Assert.Contains("init makes them", missing.Out, StringComparison.Ordinal);
        Assert.Equal("0", await Node.Server.QueryAsync($"select count(*) from pg_namespace where nspname = '{Name}'", Name));
        Run("init").Done();
        Run("init", "--check").Done();
    }

    [Fact]
    public async Task Tables_of_a_newer_build_are_left_alone()
    {
        Run("init").Done();
        await QueryAsync("update store set version = 9999");
        foreach (var command in (string[][])[["init"], ["init", "--check"], ["stats"], ["export", At("e")], ["import", WriteFile("jam.json", Document("ann", "a"))]])
        {
            Run(command).Refused(ExitCode.Refused, "is of version 9999");
        }

        Assert.Equal("9999", await QueryAsync("select version from store"));
    }

    [Fact]
    public async Task Tables_for_another_number_of_shards_are_left_alone()
    {
        Run("init").Done();
        await QueryAsync("update store set shards = 7");
        Run("init").Refused(ExitCode.Refused, "for 7 shards");
    }

    [Fact]
    public void Without_tables_nothing_else_is_done()
    {
        Run("stats").Refused(ExitCode.Refused, $"Run `jam-sessions-cluster init --schema {Name}`");
        Run("export", At("e")).Refused(ExitCode.Refused, $"Run `jam-sessions-cluster init --schema {Name}`");
        Assert.False(File.Exists(At("e")));
    }

    [Fact]
    public async Task Statistics_tell_those_that_live_from_those_that_do_not()
    {
        Run("init").Done();
        Run("import", WriteFile("jam.json", Document("ann", "a"), Document("ann", "b"), Document("bob", "c"))).Done();
        await QueryAsync("update sessions set deadline = 1000 where number = 3");
        var stats = Run("stats", "--json").Done();
        Assert.Equal((3, 2, 1, 2), (stats["sessions"], stats["live"], stats["ended"], stats["withoutDeadline"]));
        Assert.Equal((2, 1, ClusterSchema.Newest, 1), (stats["keys"], stats["liveKeys"], stats["version"], stats["imports"]));
        Assert.True(stats["sessionsBytes"] > 0);
        Assert.Contains("past their deadline, to be swept", Run("stats").Done().Out, StringComparison.Ordinal);
    }
}
