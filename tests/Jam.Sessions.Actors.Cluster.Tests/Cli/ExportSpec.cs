using System.Text.Json;
using Jam.Sessions.Actors.Cluster.Cli;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Cluster.Tests.Cli;

/// <summary>What lives goes out as lines with digests, into a file of its owner's, and comes in again.</summary>
public sealed class ExportSpec(OneNode node) : ClusterToolTest(node)
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Run("init").Done();
    }

    [Fact]
    public async Task What_lives_is_written_with_digests()
    {
        string id, ended;
        await using (var store = await StartNodeAsync())
        {
            id = await store.Client.CreateAsync("ann", SessionData.From("""{"a": 1.50}"""), new SessionLifetime(TimeSpan.FromHours(1), TimeSpan.FromDays(2)));
            ended = await store.Client.CreateAsync("bob", SessionData.Empty);
        }

        await QueryAsync("update sessions set deadline = 1000 where deadline is null");
        Assert.Contains("nobody can sign in with them", Run("export", At("e")).Done().Out, StringComparison.Ordinal);
        var line = JsonElement.Parse(Assert.Single(File.ReadAllLines(At("e"))));
        Span<byte> digest = new byte[StoredIds.TextLength];
        StoredIds.WriteText(StoredIds.DigestOf(id), digest);
        Assert.Equal((System.Text.Encoding.UTF8.GetString(digest), "ann"), (line.GetProperty("digest").GetString(), line.GetProperty("key").GetString()));
        Assert.Equal("""{"a": 1.50}""", line.GetProperty("data").GetRawText());
        Assert.Equal((3600, 172800), (line.GetProperty("lifetime").GetProperty("idle").GetDouble(), line.GetProperty("lifetime").GetProperty("max").GetDouble()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("e")));
        Assert.DoesNotContain(id, File.ReadAllText(At("e")), StringComparison.Ordinal);
        Assert.DoesNotContain(ended, File.ReadAllText(At("e")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_there_stays()
    {
        File.WriteAllText(At("mine"), "x");
        Run("export", At("mine")).Refused(ExitCode.Refused, "is not overwritten");
        Assert.Equal("x", File.ReadAllText(At("mine")));
        Run("export", At("nowhere/e")).Refused(ExitCode.Refused, "There is no folder");
    }

    [Fact]
    public async Task What_went_out_comes_in_again_elsewhere()
    {
        Run("import", WriteFile("jam.json", Enumerable.Range(0, 1500).Select(i => Document($"user{i % 40}", $"id{i}", $$"""{"n": {{i}}}""")))).Done();
        Assert.Equal(1500, Run("export", At("e"), "--json").Done()["sessions"]);
        string[] elsewhere = ["--connection-file", At("connection"), "--schema", "elsewhere"];
        RunBare(["init", .. elsewhere]).Done();
        Assert.Equal(1500, RunBare(["import", At("e"), "--json", .. elsewhere]).Done()["sessions"]);
        Assert.Equal(1500, RunBare(["import", At("e"), "--json", .. elsewhere]).Done()["before"]);
        const string rows = "select md5(string_agg(encode(digest, 'hex') || encode(key, 'hex') || encode(data, 'hex') || created_at, ' ' order by digest)) from";
        Assert.Equal(await QueryAsync($"{rows} sessions"), await QueryAsync($"{rows} elsewhere.sessions"));
        Assert.Equal("1500", await QueryAsync("select count(distinct (key, number)) from elsewhere.sessions"));
    }

    [Fact]
    public void Lines_with_one_id_twice_stay_out()
    {
        File.WriteAllText(At("e"), """{"id": "a", "key": "u", "data": {}}""" + "\n" + """{"id": "a", "key": "v", "data": {}}""" + "\n");
        Run("import", At("e")).Refused(ExitCode.Refused, "an id that a line before them has");
        File.WriteAllText(At("e"), """{"id": "a", "key": "u", "data": {}}""" + "\nnonsense\n");
        Run("import", At("e")).Refused(ExitCode.Damaged, "line 2");
    }
}
