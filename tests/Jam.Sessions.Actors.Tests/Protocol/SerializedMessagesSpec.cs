using Akka;
using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>The engine in an actor system that serializes every local message to check it.</summary>
public sealed class SerializedMessagesSpec : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create(
        "serializing", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, actor.serialize-messages = on }"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_message_is_answered()
    {
        await using var engine = await JamSessions.StartAsync(_system, new JamSessionsOptions { JsonPath = _folder.File("sessions.json") });
        var data = SessionData.From("""{"a": 1}""");
        var id = await Ask<string>(new CreateSession("user1", data));
        var found = Assert.IsType<SessionFound>(await Ask<SessionLookup>(new GetSession(id)));
        Assert.Equal((id, "user1", data), (found.Session.Id, found.Session.Key, found.Session.Data));
        Assert.Equal(Done.Instance, await Ask<Done>(new UpdateSession(id, SessionData.Empty)));
        var newId = await Ask<string>(new ReworkSession(id));
        Assert.IsType<SessionMissing>(await Ask<SessionLookup>(new GetSession(id)));
        Assert.True(await Ask<bool>(new DeleteSession(newId)));
        Assert.Equal(0, await Ask<int>(new ClearSessions("user1")));
        Assert.Equal(Done.Instance, await Ask<Done>(new FlushSessions()));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => Ask<Done>(new UpdateSession(id, data)));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => Ask<string>(new ReworkSession(id)));

        Task<T> Ask<T>(ISessionMessage message) => engine.Ref.Ask<T>(message, TimeSpan.FromSeconds(5));
    }
}
