using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests;

/// <summary>The six verbs and the flush, as a host asks them.</summary>
public sealed class EngineSpec : EngineTest
{
    [Fact]
    public async Task Every_message_gets_its_reply()
    {
        await using var engine = await StartAsync();
        var sessions = engine.Ref;

        string id = await sessions.Ask<string>(new CreateSession("user1", Data("""{"cart": [1, 2]}""")));
        var found = Assert.IsType<SessionFound>(await sessions.Ask<SessionLookup>(new GetSession(id)));
        Assert.Equal(("user1", """{"cart": [1, 2]}"""), (found.Session.Key, found.Session.Data.Json));

        Assert.Equal(Done.Instance, await sessions.Ask<Done>(new UpdateSession(id, Data("{}"))));
        var newId = await sessions.Ask<string>(new ReworkSession(id));
        Assert.IsType<SessionMissing>(await sessions.Ask<SessionLookup>(new GetSession(id)));
        Assert.Equal("{}", Assert.IsType<SessionFound>(await sessions.Ask<SessionLookup>(new GetSession(newId))).Session.Data.Json);

        Assert.True(await sessions.Ask<bool>(new DeleteSession(newId)));
        Assert.False(await sessions.Ask<bool>(new DeleteSession(newId)));
        await sessions.Ask<string>(new CreateSession("user1", Data()));
        await sessions.Ask<string>(new CreateSession("user1", Data()));
        await sessions.Ask<string>(new CreateSession("user2", Data()));
        Assert.Equal(2, await sessions.Ask<int>(new ClearSessions("user1")));
        Assert.Equal(0, await sessions.Ask<int>(new ClearSessions("user1")));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Ask<Done>(new UpdateSession(id, Data())));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Ask<string>(new ReworkSession(id)));
        Assert.Equal(Done.Instance, await sessions.Ask<Done>(new FlushSessions()));
        Assert.Contains("user2", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_are_there_after_a_restart()
    {
        string id;
        await using (var engine = await StartAsync())
        {
            id = await engine.Client.CreateAsync("user1", Data("""{"n": "é"}"""));
        }

        Assert.False(File.Exists(JsonPath + ".journal-1"));
        await using var again = await StartAsync();
        Assert.Equal("""{"n": "é"}""", (await again.Client.GetAsync(id))!.Data.Json);
    }

    [Fact]
    public async Task Nobody_waits_for_an_engine_whose_actor_system_is_gone()
    {
        var patience = TimeSpan.FromMinutes(1);
        var engine = await StartAsync();
        var id = await engine.Client.CreateAsync("user1", Data());
        await System.Terminate();
        using var caller = new CancellationTokenSource();
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.CreateAsync("user1", Data()).WaitAsync(patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.DeleteAsync(id, caller.Token).WaitAsync(patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => engine.Client.FlushAsync().WaitAsync(patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(async () => await engine.Client.GetAsync(id));
        await engine.DisposeAsync().AsTask().WaitAsync(patience);
    }
}
