using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Jam.Sessions.Actors.Tests.Telemetry;

namespace Jam.Sessions.Actors.Tests.JamFiles;

/// <summary>One id in several documents, of several keys: jam writes such files, and its rules hold for them.</summary>
public sealed class DuplicateIdsSpec : MeteredTest
{
    public static TheoryData<string> Versions => ["v2.5.6", "v3.2.0"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_first_document_is_served(string version)
    {
        await using var engine = await OpenAsync(version);
        await AssertGet(engine, "dup", "k1", 1);
        await AssertGet(engine, "other", "k3", 3);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_update_changes_all_of_them(string version)
    {
        await using (var engine = await OpenAsync(version))
        {
            await engine.Client.UpdateAsync("dup", Data("""{"n": 9}"""));
            await AssertGet(engine, "dup", "k1", 9);
        }

        AssertFile(("1", "k1", "dup", 9), ("2", "k2", "dup", 9), ("3", "k3", "other", 3));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_rework_renames_all_of_them(string version)
    {
        await using (var engine = await OpenAsync(version, "new"))
        {
            Assert.Equal("new", await engine.Client.ReworkAsync("dup"));
            Assert.Null(await engine.Client.GetAsync("dup"));
            await AssertGet(engine, "new", "k1", 1);
        }

        AssertFile(("1", "k1", "new", 1), ("2", "k2", "new", 2), ("3", "k3", "other", 3));
        await using var again = await StartAsync();
        await AssertGet(again, "new", "k1", 1);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_delete_removes_all_of_them(string version)
    {
        await using (var engine = await OpenAsync(version))
        {
            Assert.True(await engine.Client.DeleteAsync("dup"));
            Assert.Null(await engine.Client.GetAsync("dup"));
            Assert.False(await engine.Client.DeleteAsync("dup"));
        }

        AssertFile(("3", "k3", "other", 3));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_change_of_all_of_them_is_told_and_counted_once(string version)
    {
        using var ended = Instruments.Collect<long>(Names.Ended);
        await using var engine = await OpenAsync(version, "new");
        using var events = await engine.Client.SendAsync(new WatchSessions());
        await engine.Client.UpdateAsync("dup", Data("{}"));
        await engine.Client.ReworkAsync("dup");
        await engine.Client.DeleteAsync("new");
        await engine.Client.DeleteAsync("other");
        var told = new List<SessionEvent>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var happened in events.WithCancellation(patience.Token))
        {
            told.Add(happened);
            if (happened is SessionEnded { SessionKey: "k3" })
            {
                break;
            }
        }

        Assert.Equal([typeof(SessionUpdated), typeof(SessionReworked), typeof(SessionEnded), typeof(SessionEnded)], told.Select(happened => happened.GetType()));
        Assert.Equal([1, 1], ended.GetMeasurementSnapshot().Select(measured => measured.Value));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_clear_removes_the_documents_of_its_key_and_uncovers_the_next_one(string version)
    {
        await using (var engine = await OpenAsync(version))
        {
            Assert.Equal(1, await engine.Client.ClearAsync("k1"));
            await AssertGet(engine, "dup", "k2", 2);
            Assert.Equal(1, await engine.Client.ClearAsync("k2"));
            Assert.Null(await engine.Client.GetAsync("dup"));
            Assert.Equal(0, await engine.Client.ClearAsync("k2"));
            await AssertGet(engine, "other", "k3", 3);
        }

        AssertFile(("3", "k3", "other", 3));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_clear_of_the_later_key_leaves_the_first_document_served(string version)
    {
        await using (var engine = await OpenAsync(version))
        {
            Assert.Equal(1, await engine.Client.ClearAsync("k2"));
            await AssertGet(engine, "dup", "k1", 1);
        }

        AssertFile(("1", "k1", "dup", 1), ("3", "k3", "other", 3));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_same_holds_where_the_file_order_is_not_the_order_of_document_ids(string version)
    {
        File.Copy(GoldenFile.PathOf($"{version}/plain/foreign.file-order.json"), JsonPath);
        await using (var engine = await StartAsync())
        {
            Assert.Equal("""{"v": 9}""", (await engine.Client.GetAsync("dup"))!.Data.Json);
            await engine.Client.UpdateAsync("dup", Data("""{"v": 1}"""));
        }

        Assert.Equal(["9", "2", "7", "11", "-3", "12"], SessionFile.Load(JsonPath).Documents.Select(document => document.Name));
        Assert.Equal(2, SessionFile.Load(JsonPath).Documents.Count(document => document.Value["data"].String == """{"v": 1}"""));
    }

    [Fact]
    public async Task An_id_factory_that_repeats_itself_makes_no_new_duplicates()
    {
        await using var engine = await OpenAsync("v3.2.0", "dup");
        await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.CreateAsync("k1", Data()));
        await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.ReworkAsync("other"));
        await AssertGet(engine, "other", "k3", 3);
        Assert.True(await engine.Client.DeleteAsync("dup"));
        Assert.Equal("dup", await engine.Client.CreateAsync("k1", Data()));
    }

    private Task<JamSessions> OpenAsync(string version, string nextId = "unused")
    {
        File.Copy(GoldenFile.PathOf($"{version}/plain/dup-ids.two.json"), JsonPath);
        return StartMeteredAsync(options => options.IdFactory = () => nextId);
    }

    private static async Task AssertGet(JamSessions engine, string id, string key, int n)
    {
        var session = await engine.Client.GetAsync(id);
        Assert.Equal((key, $$"""{"n": {{n}}}"""), (session?.Key, session?.Data.Json));
    }

    private void AssertFile(params (string Document, string Key, string Id, int N)[] expected) => Assert.Equal(
        expected.Select(row => (row.Document, row.Key, row.Id, $$"""{"n": {{row.N}}}""")),
        SessionFile.Load(JsonPath).Documents.Select(row =>
            (row.Name, row.Value["key"].String, row.Value["session_id"].String, row.Value["data"].String)));
}
