using System.Text;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>With hashed ids a leaked file, backup or memory image signs nobody in.</summary>
public sealed class HashedIdsSpec : EngineTest
{
    [Theory]
    [InlineData(IdsAtRest.Plain)]
    [InlineData(IdsAtRest.Hashed)]
    public async Task Nothing_that_the_engine_can_reach_holds_an_id_after_the_reply(IdsAtRest ids)
    {
        await using var engine = await StartAsync(o => (o.IdsAtRest, o.ReworkGrace) = (ids, TimeSpan.FromHours(1)));
        var first = await engine.Client.CreateAsync("user1", Data());
        Assert.Equal(first, (await engine.Client.GetAsync(first))!.Id);
        await engine.Client.UpdateAsync(first, Data("""{"user": 2}"""));
        Assert.IsType<SessionFound>(await Akka.Actor.Futures.Ask<SessionLookup>(engine.Ref, new GetSession(first)));
        var second = await engine.Client.ReworkAsync(first);
        Assert.Equal(second, await engine.Client.ReworkAsync(first));
        Assert.Equal(0, await engine.Client.ClearOthersAsync("user1", second));
        var texts = ObjectGraph.TextsIn(engine, System).ToList();
        Assert.Contains("user1", texts);
        Assert.Equal(ids == IdsAtRest.Plain, texts.Exists(text => text.Contains(second, StringComparison.Ordinal)));
        Assert.DoesNotContain(texts, text => ids == IdsAtRest.Hashed && text.Contains(first, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_file_says_what_it_holds_and_opens_only_so()
    {
        string id;
        await using (var engine = await StartAsync(Hashed))
        {
            id = await engine.Client.CreateAsync("user1", Data());
        }

        var before = File.ReadAllBytes(JsonPath);
        var text = Encoding.UTF8.GetString(before);
        Assert.Matches("""^\{"_default": \{"1": \{"key": "user1", "data": "\{\\"user\\": 1\}", "created_at": [0-9.]+, "jam_sessions": \{"id": "[A-Za-z0-9_-]{43}"\}\}\}\}$""", text);
        Assert.Contains("ids-at-rest = hashed", (await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => o.AllowIdsToBeHashed = true));
        Assert.Equal(before, File.ReadAllBytes(JsonPath));

        await using var again = await StartAsync(Hashed);
        Assert.Equal(id, (await again.Client.GetAsync(id))!.Id);
        Assert.Null(await again.Client.GetAsync(text.Split("\"id\": \"")[1][..43]));
    }

    [Fact]
    public async Task A_plain_file_is_converted_by_name_before_the_start_returns_and_nobody_is_signed_out()
    {
        string[] ids;
        await using (var engine = await StartAsync())
        {
            ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => engine.Client.CreateAsync($"user{i % 7}", Data($$"""{"n": {{i}}}"""))));
        }

        AddForeignMembers();
        var before = File.ReadAllBytes(JsonPath);
        Assert.Contains("allow-ids-to-be-hashed", (await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Hashed))).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(JsonPath));

        await using (var engine = await StartAsync(o => (o.IdsAtRest, o.AllowIdsToBeHashed) = (IdsAtRest.Hashed, true)))
        {
            AssertNowhere(ids);
            Assert.All(await Task.WhenAll(ids.Select(id => engine.Client.GetAsync(id).AsTask())), Assert.NotNull);
        }

        AssertNowhere(ids);
        Assert.Contains("\"mine\": [1.50]", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await using var again = await StartAsync(Hashed);
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal($$"""{"n": {{i}}}""", (await again.Client.GetAsync(ids[i]))!.Data.Json);
        }
    }

    [Fact]
    public async Task Duplicates_and_documents_without_an_id_of_a_jam_file_stay_what_they_are()
    {
        File.WriteAllText(JsonPath, """
            {"_default": {"1": {"key": "a", "session_id": "x", "data": "{}", "created_at": 1.5}, "2": {"key": "b", "session_id": "x", "data": "{\"second\": 1}", "created_at": 1.5},
            "3": {"key": "c", "data": "{}", "created_at": 1.5}, "4": {"session_id": "\ud800", "key": "d", "data": "{}", "created_at": 1.5}}}
            """);
        await using var engine = await StartAsync(o => (o.IdsAtRest, o.AllowIdsToBeHashed) = (IdsAtRest.Hashed, true));
        Assert.Equal("{}", (await engine.Client.GetAsync("x"))!.Data.Json);
        Assert.NotNull(await engine.Client.GetAsync("\ud800"));
        Assert.Null(await engine.Client.GetAsync("\ufffd"));
        Assert.True(await engine.Client.DeleteAsync("x"));
        Assert.Empty(await engine.Client.ListAsync("b"));
        Assert.Equal(1, await engine.Client.ClearAsync("c"));
    }

    [Fact]
    public async Task A_session_that_jam_put_into_a_hashed_file_is_not_taken_by_the_way()
    {
        await using (var engine = await StartAsync(Hashed))
        {
            await engine.Client.CreateAsync("user1", Data());
        }

        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath)[..^2] + """, "2": {"key": "user1", "session_id": "bearer", "data": "{}", "created_at": 1.5}}}""");
        Assert.Contains("1 session ids", (await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Hashed))).Message, StringComparison.Ordinal);
        await using var again = await StartAsync(o => (o.IdsAtRest, o.AllowIdsToBeHashed) = (IdsAtRest.Hashed, true));
        Assert.NotNull(await again.Client.GetAsync("bearer"));
        AssertNowhere(["bearer"]);
    }

    [Fact]
    public async Task A_look_up_allocates_no_more_than_the_session_that_it_returns()
    {
        await using var engine = await StartAsync(o => (o.IdsAtRest, o.InMemory) = (IdsAtRest.Hashed, true));
        var id = await engine.Client.CreateAsync("user1", Data());
        var client = engine.Client;
        long Allocated(string of)
        {
            _ = client.GetAsync(of);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                _ = client.GetAsync(of);
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        }

        Assert.InRange(Allocated(id), 1, 64);
        Assert.Equal(0, Allocated("nobody's id, which is nowhere to be found"));
    }

    private static void Hashed(JamSessionsOptions options) => options.IdsAtRest = IdsAtRest.Hashed;

    private void AddForeignMembers() =>
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"key\": \"user3\"", "\"mine\": [1.50], \"key\": \"user3\"", StringComparison.Ordinal));

    private void AssertNowhere(IEnumerable<string> ids)
    {
        var files = Directory.GetFiles(Folder).Select(file => Encoding.UTF8.GetString(OpenFiles.Read(file))).ToList();
        Assert.All(ids, id => Assert.DoesNotContain(files, text => text.Contains(id, StringComparison.Ordinal)));
    }
}
