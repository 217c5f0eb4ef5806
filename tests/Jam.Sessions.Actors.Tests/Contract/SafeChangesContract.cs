using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>Changes that cannot be lost.</summary>
public abstract partial class SessionsContract
{
    [Fact]
    public async Task Increments_of_many_callers_are_all_there()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var id = await client.CreateAsync("user1", Data("""{"n": 0}"""));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await client.UpdateAsync(id, data => Data($$"""{"n": {{(int)data.ToJsonObject()["n"]! + 1}}}"""));
            }
        })));
        Assert.Equal("""{"n": 800}""", (await client.GetAsync(id))!.Data.Json);
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.UpdateAsync("nobody", data => data));
    }

    [Fact]
    public async Task A_change_that_expected_other_data_is_refused_with_what_there_is()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var id = await client.CreateAsync("user1", Data("""{"n": 1}"""));
        var conflict = await Assert.ThrowsAsync<SessionConflictException>(
            () => client.SendAsync(new UpdateSession(id, Data("""{"n": 3}""")) { Expected = Data("""{"n":1}""") }));
        Assert.Equal("""{"n": 1}""", conflict.CurrentData.Json);
        await client.SendAsync(new UpdateSession(id, Data("""{"n": 2}""")) { Expected = Data("""{"n": 1}""") });
        Assert.Equal("""{"n": 2}""", (await client.GetAsync(id))!.Data.Json);
        Assert.Equal("""{"n": 2}""", (await Assert.ThrowsAsync<SessionConflictException>(
            () => sessions.Ref.Ask<Akka.Done>(new UpdateSession(id, Data()) { Expected = Data() }))).CurrentData.Json);
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.SendAsync(new UpdateSession("nobody", Data()) { Expected = Data() }));
    }

    [Fact]
    public async Task Patches_of_different_members_are_all_kept()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var id = await client.CreateAsync("user1", Data("""{"keep": [1.50, "é"]}"""));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => client.PatchAsync(id, Data($$"""{"m{{i}}": {{i}}}""")))));
        var data = (await client.GetAsync(id))!.Data;
        Assert.StartsWith("""{"keep": [1.50, "é"],""", data.Json, StringComparison.Ordinal);
        Assert.Equal(1275 - 50, data.ToJsonObject().Where(member => member.Key != "keep").Sum(member => (int)member.Value!));
    }

    [Theory]
    [InlineData("""{"a": 1, "b": 2}""", """{"b": {"x": 1}}""", "", """{"a": 1, "b": {"x": 1}}""")]
    [InlineData("""{"a": 1,"b": 2}""", """{"c":3}""", "a", """{"b": 2,"c":3}""")]
    [InlineData("""{ "a" : 1 }""", """{}""", "", """{"a" : 1}""")]
    [InlineData("""{"a": 1}""", "{}", "a,nothing", "{}")]
    [InlineData("{}", """{"n": null}""", "", """{"n": null}""")]
    [InlineData("""{"a": 1, "b": 0, "a": 2}""", """{"a": 3}""", "", """{"a": 3, "b": 0}""")]
    [InlineData("""{"\u0061": 1}""", """{"a": 2}""", "", """{"a": 2}""")]
    public async Task A_patch_sets_and_removes_members_and_leaves_the_bytes_of_others(string before, string set, string remove, string after)
    {
        await using var sessions = await BeginAsync();
        var id = await sessions.Client.CreateAsync("user1", Data(before));
        await sessions.Client.PatchAsync(id, Data(set), remove.Split(',', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(after, (await sessions.Client.GetAsync(id))!.Data.Json);
    }

    [Fact]
    public async Task A_patch_that_cannot_be_made_changes_nothing()
    {
        await using var sessions = await BeginAsync(o => o.MaxDataBytes = 30);
        var id = await sessions.Client.CreateAsync("user1", Data("""{"a": 1}"""));
        await Assert.ThrowsAsync<SessionDataException>(() => sessions.Client.PatchAsync(id, Data($$"""{"b": "{{new string('x', 19)}}"}""")));
        await Assert.ThrowsAsync<SessionDataException>(() => sessions.Client.PatchAsync(id, Data($$"""{"b": "{{new string('x', 40)}}"}""")));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Client.PatchAsync("nobody", Data()));
        Assert.Contains("members to set", Assert.Throws<SessionDataException>(() => new PatchSession(id, Data("""{"\ud800": 2}"""))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("remove", () => new PatchSession(id, Data("""{"a": 2}"""), ["a"]));
        Assert.Equal("""{"a": 1}""", (await sessions.Client.GetAsync(id))!.Data.Json);
    }

    [Fact]
    public async Task A_rework_with_data_is_one_change()
    {
        await using var sessions = await BeginAsync(o => o.MaxDataBytes = 30);
        var id = await sessions.Client.CreateAsync("user1", Data("""{"a": 1}"""));
        await Assert.ThrowsAsync<SessionDataException>(() => sessions.Client.ReworkAsync(id, Data($$"""{"b": "{{new string('x', 40)}}"}""")));
        await sessions.Client.UpdateAsync(id, Data($$"""{"b": "{{new string('x', 21)}}"}"""));
        await Assert.ThrowsAsync<SessionDataException>(() => sessions.Client.UpdateAsync(id, Data($$"""{"b": "{{new string('x', 22)}}"}""")));
        var moved = await sessions.Client.ReworkAsync(id, Data("""{"b": 2}"""));
        Assert.Equal("""{"b": 2}""", (await sessions.Client.GetAsync(moved))!.Data.Json);
        Assert.Null(await sessions.Client.GetAsync(id));
        var again = await sessions.Client.ReworkAsync(moved);
        Assert.Equal("""{"b": 2}""", (await sessions.Client.GetAsync(again))!.Data.Json);
    }

    [Fact]
    public async Task A_rework_that_expected_other_data_leaves_the_session_its_id()
    {
        await using var sessions = await BeginAsync();
        var id = await sessions.Client.CreateAsync("user1", Data("""{"a": 1}"""));
        var conflict = await Assert.ThrowsAsync<SessionConflictException>(
            () => sessions.Client.SendAsync(new ReworkSession(id) { Data = Data("""{"b": 2}"""), Expected = Data("""{"a": 0}""") }));
        Assert.Equal("""{"a": 1}""", conflict.CurrentData.Json);
        Assert.Equal("""{"a": 1}""", (await sessions.Client.GetAsync(id))!.Data.Json);
        var moved = await sessions.Client.SendAsync(new ReworkSession(id) { Data = Data("""{"b": 2}"""), Expected = Data("""{"a": 1}""") });
        Assert.Equal("""{"b": 2}""", (await sessions.Client.GetAsync(moved))!.Data.Json);
    }
}
