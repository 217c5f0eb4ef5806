using Akka.Configuration;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>What messages refuse where they are made, and that nothing public prints what is secret.</summary>
public sealed class MessagesSpec
{
    private const string Id = "hunter2-id", Key = "hunter2-key";

    private static readonly SessionData Data = SessionData.From("""{"password": "hunter2-data"}""");
    private static readonly Session Session = new(Id, Key, Data, DateTimeOffset.UnixEpoch);

    private static readonly SessionInfo Info = new("handle", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, ExpiresAt: null, new SessionLifetime(TimeSpan.FromMinutes(1)), Data);

    // One of each public message, reply and exception; exceptions as the engine makes them from bad input.
    private static readonly Dictionary<Type, Func<object>> Makers = new()
    {
        [typeof(CreateSession)] = () => new CreateSession(Key, Data),
        [typeof(GetSession)] = () => new GetSession(Id),
        [typeof(UpdateSession)] = () => new UpdateSession(Id, Data),
        [typeof(DeleteSession)] = () => new DeleteSession(Id),
        [typeof(ClearSessions)] = () => new ClearSessions(Key),
        [typeof(ReworkSession)] = () => new ReworkSession(Id),
        [typeof(PatchSession)] = () => new PatchSession(Id, Data, ["hunter2-name"]),
        [typeof(TouchSession)] = () => new TouchSession(Id),
        [typeof(EndSession)] = () => new EndSession(Key, "handle"),
        [typeof(PeekSession)] = () => new PeekSession(Id),
        [typeof(ListSessions)] = () => new ListSessions(Key),
        [typeof(CountSessions)] = () => new CountSessions(Key),
        [typeof(QuerySessions)] = () => new QuerySessions(keyPrefix: Key),
        [typeof(WatchSessions)] = () => new WatchSessions(),
        [typeof(GetSessionsStatus)] = () => new GetSessionsStatus(),
        [typeof(SessionsStatus)] = () => new SessionsStatus(SessionsHealth.Healthy, "The engine takes reads and changes."),
        [typeof(SessionIdsGuessed)] = () => new SessionIdsGuessed("", DateTimeOffset.UnixEpoch, 3),
        [typeof(SweepSessions)] = () => new SweepSessions(),
        [typeof(DescribeStore)] = () => new DescribeStore(),
        [typeof(SessionInfo)] = () => Info,
        [typeof(KeyedSessionInfo)] = () => new KeyedSessionInfo(Key, Info),
        [typeof(SessionPage)] = () => new SessionPage([new KeyedSessionInfo(Key, Info)], Next: "hunter2-place"),
        [typeof(SessionCount)] = () => new SessionCount(3, 2),
        [typeof(SessionCreated)] = () => new SessionCreated("", "handle", Key, DateTimeOffset.UnixEpoch, Data),
        [typeof(SessionUpdated)] = () => new SessionUpdated("", "handle", Key, DateTimeOffset.UnixEpoch, Data),
        [typeof(SessionReworked)] = () => new SessionReworked("", "handle", Key, DateTimeOffset.UnixEpoch, Data),
        [typeof(SessionReplayed)] = () => new SessionReplayed("", "handle", Key, DateTimeOffset.UnixEpoch, Data),
        [typeof(SessionEnded)] = () => new SessionEnded("", "handle", Key, DateTimeOffset.UnixEpoch, Data, SessionEndReason.Idle),
        [typeof(SessionEventsMissed)] = () => new SessionEventsMissed("", DateTimeOffset.UnixEpoch, 3),
        [typeof(SessionConflictException)] = () => new SessionConflictException(Data),
        [typeof(SessionLimitException)] = () => new SessionLimitException(5),
        [typeof(SessionCapacityException)] = () => new SessionCapacityException(5),
        [typeof(FlushSessions)] = () => new FlushSessions(),
        [typeof(SessionFound)] = () => new SessionFound(Session),
        [typeof(SessionMissing)] = () => SessionMissing.Instance,
        [typeof(Session)] = () => Session,
        [typeof(SessionData)] = () => Data,
        [typeof(SessionOutcomeUnknownException)] = () => new SessionOutcomeUnknownException(),
        [typeof(SessionNotFoundException)] = () => new SessionNotFoundException(),
        [typeof(SessionEngineException)] = () => new SessionEngineException(new InvalidOperationException("a fault")),
        [typeof(SessionsStoppingException)] = () => new SessionsStoppingException(),
        [typeof(SessionDataException)] = () => Thrown<SessionDataException>(() => SessionData.From("""{"password": "hunter2-data" """)),
        [typeof(SessionKeyException)] = () => Options(o => o.MaxKeyLength = 2).Validate(Key, Data)!,
        [typeof(SessionIdFactoryException)] = () => Thrown<SessionIdFactoryException>(() => Drawn(TakenIds())),
        [typeof(SessionSecretException)] = () => Thrown<SessionSecretException>(() => Fernet.FromKey("hunter2", TimeProvider.System)),
        [typeof(UnknownSessionMessageException)] = () => new UnknownSessionMessageException(typeof(string)),
        [typeof(JamSessionsOptionsException)] = () => Thrown<JamSessionsOptionsException>(() => Options(o => (o.SessionAesSecret, o.MaxKeyLength) = ("hunter2", 0))),
        [typeof(SessionStoreException)] = () => new SessionStoreException("/folder/sessions.json", "the disk refused"),
        [typeof(SessionStoreCorruptException)] = () => Thrown<SessionStoreCorruptException>(() => Read("""{"_default": {"1": {"session_id": "hunter2-id", "data": "hunter2-data" x""")),
        [typeof(SessionStoreLockedException)] = () => new SessionStoreLockedException("/folder/sessions.json", "another process"),
        [typeof(SessionStoreConflictException)] = () => new SessionStoreConflictException("/folder/sessions.json", "Move it away."),
    };

    public static TheoryData<Type> PublicValues { get; } =
        [.. typeof(ISessionMessage).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && type.IsClass && IsValue(type))];

    [Theory]
    [MemberData(nameof(PublicValues))]
    public void Nothing_public_prints_an_id_a_key_or_data(Type type)
    {
        Assert.True(Makers.TryGetValue(type, out var make), $"{type.Name} is new: add one to {nameof(Makers)}.");
        Assert.DoesNotContain("hunter2", make!().ToString(), StringComparison.Ordinal);
        Assert.Contains(make!().ToString()!, text => text != ' ');
    }

    [Fact]
    public void Messages_say_what_they_are()
    {
        Assert.Equal("CreateSession { Data = 28 bytes }", new CreateSession(Key, Data).ToString());
        Assert.Equal("SessionFound { Session { Data = 28 bytes } }", new SessionFound(Session).ToString());
    }

    [Fact]
    public void An_id_that_is_null_or_empty_is_refused()
    {
        foreach (var make in new Action<string>[] { id => _ = new GetSession(id), id => _ = new UpdateSession(id, Data), id => _ = new DeleteSession(id), id => _ = new ReworkSession(id), id => _ = new PatchSession(id), id => _ = new TouchSession(id), id => _ = new PeekSession(id) })
        {
            Assert.Throws<ArgumentNullException>("sessionId", () => make(null!));
            Assert.Throws<ArgumentException>("sessionId", () => make(""));
            make(new string('i', 100_000));
        }
    }

    [Fact]
    public void A_key_that_is_null_or_empty_or_too_long_is_refused()
    {
        foreach (var make in new Action<string>[] { key => _ = new CreateSession(key, Data), key => _ = new ClearSessions(key), key => _ = new ListSessions(key), key => _ = new EndSession(key, "handle") })
        {
            Assert.Throws<ArgumentNullException>("sessionKey", () => make(null!));
            Assert.Throws<ArgumentException>("sessionKey", () => make(""));
            make(new string('k', SessionKeys.MaxLength));
        }

        var tooLong = new string('k', SessionKeys.MaxLength + 1);
        var refusal = Assert.Throws<ArgumentException>("sessionKey", () => new CreateSession(tooLong, Data));
        Assert.DoesNotContain("kkk", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(tooLong, new ClearSessions(tooLong).SessionKey);
    }

    [Fact]
    public void Data_that_is_null_is_refused()
    {
        Assert.Throws<ArgumentNullException>("data", () => new CreateSession(Key, null!));
        Assert.Throws<ArgumentNullException>("data", () => new UpdateSession(Id, null!));
    }

    [Fact]
    public void Messages_and_sessions_are_equal_by_value()
    {
        Assert.Equal(new CreateSession(Key, Data), new CreateSession(Key, SessionData.From(Data.Json)));
        Assert.NotEqual(new GetSession(Id), new GetSession(Id.ToUpperInvariant()));
        var other = new Session(Id, Key, SessionData.From(Data.Json), DateTimeOffset.UnixEpoch);
        Assert.Equal((Session, Session.GetHashCode()), (other, other.GetHashCode()));
        Assert.NotEqual(Session, new Session(Id, Key, Data, DateTimeOffset.UnixEpoch.AddMicroseconds(1)));
        var (id, key, data, createdAt) = Session;
        Assert.Equal((Id, Key, Data, DateTimeOffset.UnixEpoch), (id, key, data, createdAt));
    }

    private static bool IsValue(Type type) =>
        typeof(ISessionMessage).IsAssignableFrom(type) || typeof(SessionLookup).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type)
        || typeof(SessionEvent).IsAssignableFrom(type)
        || type == typeof(Session) || type == typeof(SessionData) || type == typeof(SessionInfo) || type == typeof(KeyedSessionInfo) || type == typeof(SessionPage) || type == typeof(SessionCount) || type == typeof(SessionsStatus);

    private static T Thrown<T>(Func<object> action)
        where T : Exception => Assert.Throws<T>(action);

    private static ResolvedOptions Options(Action<JamSessionsOptions> configure)
    {
        var options = new JamSessionsOptions { JsonPath = "sessions.json" };
        configure(options);
        return ResolvedOptions.Resolve(options, ConfigurationFactory.Empty);
    }

    private static Drawn Drawn(IdentitySource source) => source.DrawAsync(Key, forNewDocument: true).GetAwaiter().GetResult();

    private static IdentitySource TakenIds() => new(Options(o => o.IdFactory = () => Id), new SessionTable([new Document(Id, Key, Data, 1.5, 1, raw: null)]), StoredIds.Plain, fernet: null);

    private static Snapshot Read(string json) =>
        SnapshotReader.Read(new BytesDisk { Files = { ["/f"] = System.Text.Encoding.UTF8.GetBytes(json) } }, "/f", new DocumentReader(null));
}
