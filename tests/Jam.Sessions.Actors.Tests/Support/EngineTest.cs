using Akka.Actor;
using Akka.Configuration;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A test with a folder, an actor system, and engines on files in that folder.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly bool _isShared;

    /// <param name="shared">The actor system of several tests; null: each has one of its own.</param>
    protected EngineTest(ActorSystem? shared = null)
    {
        JsonPath = _folder.File("sessions.json");
        _isShared = shared is not null;
        System = shared ?? ActorSystem.Create("tests", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }"));
    }

    protected string JsonPath { get; }

    protected string Folder => _folder.Path;

    protected ActorSystem System { get; }

    protected static SessionData Data(string json = """{"user": 1}""") => SessionData.From(json);

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        if (!_isShared)
        {
            await System.Terminate();
        }

        _folder.Dispose();
    }

    /// <summary>Starts an engine on <see cref="JsonPath"/>.</summary>
    protected Task<JamSessions> StartAsync(Action<JamSessionsOptions>? configure = null)
    {
        var options = new JamSessionsOptions { JsonPath = JsonPath };
        configure?.Invoke(options);
        return JamSessions.StartAsync(System, options);
    }

    /// <summary>Starts an engine on a disk of the test's own.</summary>
    private protected Task<JamSessions> StartOnAsync(IDisk disk, Action<JamSessionsOptions>? configure = null)
    {
        var options = new JamSessionsOptions { JsonPath = JsonPath };
        configure?.Invoke(options);
        return JamSessions.StartAsync(System, options, disk);
    }
}
