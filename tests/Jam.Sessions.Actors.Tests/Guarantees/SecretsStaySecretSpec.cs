using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Event;
using Jam.Sessions.Actors.Engine;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>No id, no data and no secret is in anything that a run leaves behind where it has no business to be.</summary>
public sealed class SecretsStaySecretSpec : IAsyncLifetime
{
    private const string Secret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string Marker = "m4rk3r-of-data";

    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("secrets", CapturedLog.Everything);
    private readonly ConcurrentBag<string> _drawn = [];
    private readonly ConcurrentBag<string> _issued = [];
    private readonly List<string> _texts = [];
    private readonly ConcurrentDictionary<string, byte[]> _files = new();
    private readonly FaultyDisk _disk = new();

    private string JsonPath => _folder.File("sessions.json");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_shows_none_of_them(bool isCrypt)
    {
        CapturedLog.TakeLines();
        await RunAsync(isCrypt);
        await _system.Terminate();
        _texts.AddRange(CapturedLog.TakeLines());

        Assert.True(_drawn.Count > 3 && _texts.Count > 30 && _files.Count >= 4, $"{_drawn.Count} ids, {_texts.Count} texts, {string.Join(", ", _files.Keys)}");
        Assert.Contains(_texts, text => text.Contains("dead letter", StringComparison.OrdinalIgnoreCase));
        string[] secrets = [Marker, Secret, Secret[..20], .. _drawn, .. _issued];
        Assert.All(_texts, text => Assert.DoesNotContain(secrets, secret => text.Contains(secret, StringComparison.Ordinal)));
        string[] plain = isCrypt ? [Marker, Secret, .. _drawn] : [Secret];
        Assert.All(_files, file => Assert.DoesNotContain(plain, secret => file.Value.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0));
    }

    private async Task RunAsync(bool isCrypt)
    {
        var engine = await StartAsync(isCrypt, Secret);
        var kept = await IssuedAsync(engine.Client.CreateAsync("user1", Data()));
        var gone = await IssuedAsync(engine.Client.CreateAsync("user2", Data()));
        await engine.Client.UpdateAsync(kept, Data());
        KeepFiles("journal");
        KeepAtRename();
        await engine.Client.FlushAsync();
        kept = await IssuedAsync(engine.Client.ReworkAsync(kept));
        await engine.Client.DeleteAsync(gone);
        await PrintAsync(engine, kept);
        await FailAsync(engine, gone, isCrypt);

        await engine.Client.FlushAsync();
        KeepFiles("snapshot");
        await engine.DisposeAsync();
        await FailureAsync(() => engine.Client.UpdateAsync(kept, Data()));
        engine.Ref.Tell(new UpdateSession(kept, Data()));
        _system.DeadLetters.Tell(new CreateSession("user1", Data()));
        await StopAsync(engine.Ref);
        engine.Ref.Tell(new GetSession(kept));
        engine.Ref.Tell(new ReworkSession(kept));
        KeepFiles("end");
        if (isCrypt)
        {
            await FailureAsync(() => StartAsync(isCrypt: true, Convert.ToBase64String(new byte[32])));
            await FailureAsync(() => StartAsync(isCrypt: true, Secret[..^2]));
            await FailureAsync(() => StartAsync(isCrypt: false, Secret));
        }

        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath)[..^4]);
        await FailureAsync(() => StartAsync(isCrypt, Secret));
    }

    /// <summary>Makes the disk, the arguments and the id factory fail.</summary>
    private async Task FailAsync(JamSessions engine, string gone, bool isCrypt)
    {
        await FailureAsync(() => engine.Client.UpdateAsync(gone, Data()));
        await FailureAsync(() => engine.Client.ReworkAsync(gone));
        await FailureAsync(() => engine.Client.CreateAsync("user1", SessionData.From($$"""{"{{Marker}}": "{{new string('x', 1 << 20)}}"}""")));
        await FailureAsync(() => Task.FromResult(SessionData.From($$"""{"{{Marker}}": {{Marker}}""")));
        await FailureAsync(() => StartAsync(isCrypt, Secret));
        _disk.Fail("Sync", "Create");
        await FailureAsync(() => engine.Client.CreateAsync("user1", Data()));
        _disk.Heal();
        await IssuedAsync(engine.Client.CreateAsync("user1", Data()));
        _disk.Fail("Rename");
        await FailureAsync(() => engine.Client.FlushAsync());
        _disk.Heal();
    }

    /// <summary>Prints each message and reply, as Akka would.</summary>
    private async Task PrintAsync(JamSessions engine, string id)
    {
        var session = (await engine.Client.GetAsync(id))!;
        object[] messages =
        [
            new CreateSession("user1", Data()), new GetSession(id), new UpdateSession(id, Data()), new DeleteSession(id), new ReworkSession(id), new ClearSessions("user1"),
            new FlushSessions(), new SessionFound(session), SessionMissing.Instance, session, session.Data, new DocumentChange(session, session), new KeySessions([session]),
            new Request(new CreateSession("user1", Data()), engine.Ref), new LiveKey("user1"), new Spawn(new LiveKey("user1")), WriteBatch.Instance, CollectBatch.Instance,
            new Commit(default, new KeySessions([session]), [new DocumentChange(null, session)], Encoding.UTF8.GetBytes(Marker), engine.Ref), new CommitFailed(new SessionNotFoundException()),
            Committed.Instance, Drain.Instance, Drained.Instance,
        ];
        foreach (var message in messages)
        {
            _texts.Add($"{message}");
            _texts.Add(new DeadLetter(message, engine.Ref, engine.Ref).ToString());
            _system.DeadLetters.Tell(message);
        }
    }

    private Task<JamSessions> StartAsync(bool isCrypt, string secret) => JamSessions.StartAsync(
        _system, new JamSessionsOptions { JsonPath = JsonPath, IsSessionCrypt = isCrypt, SessionAesSecret = secret, IdFactory = Draw }, _disk);

    private static SessionData Data() => SessionData.From($$"""{"note": "{{Marker}}"}""");

    private string Draw()
    {
        var id = Guid.NewGuid().ToString();
        _drawn.Add(id);
        return id;
    }

    private async Task<string> IssuedAsync(Task<string> issuing)
    {
        var id = await issuing;
        _issued.Add(id);
        return id;
    }

    private async Task FailureAsync<T>(Func<Task<T>> action) => _texts.Add((await Assert.ThrowsAnyAsync<JamSessionsException>(action)).ToString());

    private async Task FailureAsync(Func<Task> action) => _texts.Add((await Assert.ThrowsAnyAsync<JamSessionsException>(action)).ToString());

    private async Task StopAsync(IActorRef actor) => Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(10)));

    /// <summary>The temporary file has all its bytes when it is about to replace the session file.</summary>
    private void KeepAtRename() => _disk.Before = (operation, _) =>
    {
        if (operation == "Rename")
        {
            KeepFiles("rename");
        }
    };

    private void KeepFiles(string when)
    {
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            _files[$"{when}: {Path.GetFileName(file)}"] = OpenFiles.Read(file);
        }
    }
}
