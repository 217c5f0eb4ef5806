using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Hosting;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Something that a run leaves behind.</summary>
internal sealed record Artefact(ArtefactKind Kind, string Name, byte[] Content);

internal enum ArtefactKind
{
    JsonFile,
    Journal,
    TemporaryFile,
    LockFile,
    Log,
    DebugLog,
    DeadLetter,
    Exception,
    PrintedMessage,
    Measurement,
    Span,
}

/// <summary>How a run keeps its secrets.</summary>
public enum SecretsMode
{
    Plain,
    Fernet,
    Hashed,
    HashedFernet,
    AesGcm,
}

/// <summary>An engine that does all it can, also fail, while everything that it leaves behind is kept.</summary>
internal sealed class SecretsRun(SecretsMode mode) : IAsyncDisposable
{
    public const string Secret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    public const string Marker = "m4rk3r-of-data";

    // The engine's actor is stopped before its system, and then has no answer to the request to drain.
    private static readonly Config s_config = ConfigurationFactory
        .ParseString("akka.coordinated-shutdown.phases.before-actor-system-terminate.timeout = 10 ms")
        .WithFallback(CapturedLog.Everything);

    private readonly TempFolder _folder = new();
    private readonly ActorSystem _system = ActorSystem.Create("secrets", s_config);
    private readonly FaultyDisk _disk = new();
    private readonly ConcurrentQueue<Artefact> _artefacts = new();
    private readonly ConcurrentQueue<string> _drawn = new();
    private readonly HashSet<Type> _seen = [];
    private readonly TelemetryEar _ear = new();
    private bool _isFactoryStuck;

    public IReadOnlyCollection<Artefact> Artefacts => _artefacts;

    /// <summary>The ids that the host's factory returned.</summary>
    public IReadOnlyCollection<string> Drawn => _drawn;

    /// <summary>The ids that callers got: with encryption, tokens.</summary>
    public List<string> Issued { get; } = [];

    /// <summary>The types of the messages that were printed and of the exceptions that were caught.</summary>
    public IReadOnlySet<Type> Seen => _seen;

    private string JsonPath => _folder.File("sessions.json");

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _ear.Dispose();
        _folder.Dispose();
    }

    /// <param name="beside">Done while the engine runs, with an id of its: a leak that a test plants.</param>
    public async Task RunAsync(Action<ActorSystem, string>? beside = null)
    {
        CapturedLog.TakeLines();
        var engine = await StartAsync(mode, Secret);
        var kept = await IssuedAsync(engine.Client.CreateAsync("user1", Data()));
        var gone = await IssuedAsync(engine.Client.CreateAsync("user2", Data()));
        await engine.Client.UpdateAsync(kept, Data());
        KeepFiles("journal");
        KeepAtRename();
        await engine.Client.FlushAsync();
        kept = await IssuedAsync(engine.Client.ReworkAsync(kept));
        await engine.Client.DeleteAsync(gone);
        beside?.Invoke(_system, kept);
        await PrintAsync(engine, kept);
        await FailAsync(engine, gone);

        await engine.Client.FlushAsync();
        KeepFiles("snapshot");
        _ear.Observe();
        _ear.Measurements.ForEach(measurement => Keep(ArtefactKind.Measurement, measurement));
        _ear.Spans.ForEach(span => Keep(ArtefactKind.Span, span));
        await EndAsync(engine, kept);
        await FailToStartAsync();
        await CapturedLog.SettleAsync(_system);
        await _system.Terminate();
        foreach (var line in CapturedLog.TakeLines())
        {
            Keep(KindOf(line), line);
        }
    }

    private async Task EndAsync(JamSessions engine, string kept)
    {
        await engine.DisposeAsync();
        await FailureAsync(() => engine.Client.UpdateAsync(kept, Data()));
        engine.Ref.Tell(new UpdateSession(kept, Data()));
        _system.DeadLetters.Tell(new CreateSession("user1", Data()));
        Assert.True(await engine.Ref.GracefulStop(TimeSpan.FromSeconds(10)));
        engine.Ref.Tell(new GetSession(kept));
        engine.Ref.Tell(new ReworkSession(kept));
        KeepFiles("end");
    }

    /// <summary>Makes the disk, the arguments and the id factory fail.</summary>
    private async Task FailAsync(JamSessions engine, string gone)
    {
        await FailureAsync(() => engine.Client.UpdateAsync(gone, Data()));
        await FailureAsync(() => engine.Client.ReworkAsync(gone));
        await FailureAsync(() => engine.Client.CreateAsync("user1", SessionData.From($$"""{"{{Marker}}": "{{new string('x', 1 << 20)}}"}""")));
        await FailureAsync(() => Task.FromResult(SessionData.From($$"""{"{{Marker}}": {{Marker}}""")));
        await FailureAsync(() => engine.Client.CreateAsync(new string('k', SessionKeys.MaxLength), Data()));
        await FailureAsync(() => engine.Ref.Ask<string>(new object()));
        await FailureAsync(() => StartAsync(mode, Secret));
        if (mode is not SecretsMode.Fernet)
        {
            _isFactoryStuck = true;
            await FailureAsync(() => engine.Client.CreateAsync("user1", Data()));
            _isFactoryStuck = false;
        }

        _disk.Fail("Sync", "Create");
        await FailureAsync(() => engine.Client.CreateAsync("user1", Data()));
        _disk.Heal();
        await IssuedAsync(engine.Client.CreateAsync("user1", Data()));
        _disk.Fail("Rename");
        await FailureAsync(() => engine.Client.FlushAsync());
        _disk.Heal();

        await IssuedAsync(engine.Client.CreateAsync("user1", Data()));
        var own = File.ReadAllBytes(JsonPath);
        File.WriteAllText(JsonPath, "{}");
        await FailureAsync(() => engine.Client.FlushAsync());
        File.WriteAllBytes(JsonPath, own);
    }

    private async Task FailToStartAsync()
    {
        if (mode is not (SecretsMode.Plain or SecretsMode.Hashed))
        {
            await FailureAsync(() => StartAsync(mode, Convert.ToBase64String(new byte[32])));
        }

        foreach (var other in Enum.GetValues<SecretsMode>().Where(other => other != mode))
        {
            await FailureAsync(() => StartAsync(other, Secret));
        }

        await FailureAsync(() => StartAsync(SecretsMode.Fernet, Secret[..^2]));
        await FailureAsync(() => StartAsync(mode, Secret, maxDataBytes: -1));
        await FailureAsync(() => Task.FromException(new SessionEngineException(new InvalidOperationException("a fault"))));
        await FailureAsync(() => Task.FromException(new SessionOutcomeUnknownException()));
        await FailureAsync(() => Task.FromException(new SessionConflictException(Data())));
        await FailureAsync(() => Task.FromException(new SessionLimitException(5)));
        await FailureAsync(() => Task.FromException(new SessionCapacityException(5)));
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath)[..^4]);
        await FailureAsync(() => StartAsync(mode, Secret));
    }

    /// <summary>Prints each message and reply, as Akka would.</summary>
    private async Task PrintAsync(JamSessions engine, string id)
    {
        var session = (await engine.Client.GetAsync(id))!;
        var document = session as Document ?? new Document(StoredIds.DigestOf(id), session.Key, session.Data, 1.5, 1, raw: null);
        object[] messages =
        [
            new CreateSession("user1", Data()), new GetSession(id), new UpdateSession(id, Data()), new DeleteSession(id), new ReworkSession(id), new ClearSessions("user1"), new ClearSessions("user1") { Except = id },
            new PatchSession(id, Data()), new TouchSession(id), new EndSession("user1", session.Handle), new PeekSession(id), new ListSessions("user1"), new CountSessions("user1"), new QuerySessions(keyPrefix: "user1"), new WatchSessions(), new SweepSessions(), new GetSessionsStatus(), engine.Services.Status(), new SessionIdsGuessed("", default, 1), default(CommitWatch), default(ReadCells.ReadTotals), default(StoreFigures), ExpireSessions.Instance,
            SessionReader.InfoOf(document), new KeyedSessionInfo("user1", SessionReader.InfoOf(document)), new SessionPage([new("user1", SessionReader.InfoOf(document))], Next: null), new SessionCount(1, 1),
            new SessionCreated("", session.Handle, "user1", default, Data()), new SessionUpdated("", session.Handle, "user1", default, Data()), new SessionReworked("", session.Handle, "user1", default, Data()), new SessionEnded("", session.Handle, "user1", default, Data(), SessionEndReason.Deleted), new SessionEventsMissed("", default, 1),
            new OwnRequest(new DeleteSession(id), _ => { }), new SessionLifetime(TimeSpan.FromMinutes(1)), new PagePlace(default, "user1", 1), default(ScanPlace),
            new FlushSessions(), new SessionFound(session), SessionMissing.Instance, session, session.Data, new DocumentChange(document, document), new Decision(KeySessions.Of([document]), [], id), KeySessions.Of([document]),
            new ToldRequest(new CreateSession("user1", Data()), engine.Ref), new AwaitedRequest<string>(new CreateSession("user1", Data()), CancellationToken.None), new KeySlot(new KeyStripe(1)) { Owner = "user1" }, new Drawn(id, 1, 2), new IdRequest("user1"), new StoreRegistration("mobile", new ConfigurationBuilder().AddInMemoryCollection([new("session-aes-secret", Secret)]).Build()), Woken.For(WakeReason.Write), Woken.For(WakeReason.Collect),
            new CommitFailed(new SessionEngineException(new InvalidOperationException("a fault"))), Committed.Instance, Drain.Instance, KeyDrained.Instance,
            WriteDue.Instance, TryDiskDue.Instance, SnapshotDue.Instance, SnapshotEnded.Well, new SnapshotEnded(new SessionNotFoundException()), new FlushRequest(_ => { }), new CloseRequest(_ => { }), new CopyRequest((_, _) => { }), new WriterSettings(TimeSpan.Zero, 0, TimeProvider.System), Options(mode, Secret),
            new SessionReplayed("", session.Handle, "user1", default, Data()), new NoteReplay(id, id), new DescribeStore(), new StoreDescription(default, default, 1, true),
        ];
        foreach (var message in messages)
        {
            _seen.Add(message.GetType());
            Keep(ArtefactKind.PrintedMessage, $"{message}");
            Keep(ArtefactKind.PrintedMessage, new DeadLetter(message, engine.Ref, engine.Ref).ToString());
            _system.DeadLetters.Tell(message);
        }
    }

    private Task<JamSessions> StartAsync(SecretsMode keeping, string secret, int? maxDataBytes = null)
    {
        var options = Options(keeping, secret);
        options.MaxDataBytes = maxDataBytes;
        return JamSessions.StartAsync(_system, options, _disk);
    }

    private JamSessionsOptions Options(SecretsMode keeping, string secret) => new()
    {
        JsonPath = JsonPath,
        IsSessionCrypt = keeping == SecretsMode.Fernet,
        Encryption = keeping switch { SecretsMode.HashedFernet => SessionEncryption.Fernet, SecretsMode.AesGcm => SessionEncryption.AesGcm, _ => SessionEncryption.None },
        IdsAtRest = keeping is SecretsMode.Hashed or SecretsMode.HashedFernet ? IdsAtRest.Hashed : IdsAtRest.Plain,
        ReworkGrace = TimeSpan.FromMinutes(1),
        SessionAesSecret = secret,
        IdFactory = Draw,
        MaxKeyLength = 100,
    };

    private static SessionData Data() => SessionData.From($$"""{"note": "{{Marker}}"}""");

    private string Draw()
    {
        if (_isFactoryStuck)
        {
            return Issued[^1];
        }

        var id = Guid.NewGuid().ToString();
        _drawn.Enqueue(id);
        return id;
    }

    private async Task<string> IssuedAsync(Task<string> issuing)
    {
        var id = await issuing;
        Issued.Add(id);
        return id;
    }

    private async Task FailureAsync(Func<Task> action)
    {
        var failure = await Assert.ThrowsAnyAsync<JamSessionsException>(action);
        _seen.Add(failure.GetType());
        Keep(ArtefactKind.Exception, failure.ToString());
    }

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
            var kind = Path.GetFileName(file)["sessions.json".Length..] switch
            {
                "" => ArtefactKind.JsonFile,
                ".tmp" => ArtefactKind.TemporaryFile,
                ".lock" => ArtefactKind.LockFile,
                _ => ArtefactKind.Journal,
            };
            _artefacts.Enqueue(new Artefact(kind, $"{when}: {Path.GetFileName(file)}", OpenFiles.Read(file)));
        }
    }

    private void Keep(ArtefactKind kind, string text) => _artefacts.Enqueue(new Artefact(kind, text, Encoding.UTF8.GetBytes(text)));

    private static ArtefactKind KindOf(string line) =>
        line.Contains("dead letter", StringComparison.OrdinalIgnoreCase) ? ArtefactKind.DeadLetter
        : line.StartsWith("[DEBUG]", StringComparison.Ordinal) ? ArtefactKind.DebugLog
        : ArtefactKind.Log;
}
