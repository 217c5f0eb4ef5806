using System.Text;
using Akka.Configuration;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Settings;

/// <summary>The options in force: code over HOCON over <c>reference.conf</c>, checked.</summary>
internal sealed class ResolvedOptions
{
    public const string SecretVariable = "JAM_SESSION_AES_SECRET";
    public const int MaxDataBytesLimit = 256 << 20;
    public const long MinSnapshotJournalBytes = 4096;

    private const string Section = "jam.sessions";

    private readonly List<string> _unreadable = [];

    private ResolvedOptions(JamSessionsOptions code, Config hocon, string store)
    {
        StoreName = store;
        JsonPath = ResolvePath(code.JsonPath ?? Read(hocon, "json-path", (config, key) => config.GetString(key)));
        InMemory = code.InMemory ?? Read(hocon, "in-memory", (config, key) => config.GetBoolean(key));
        LockTimeout = code.LockTimeout ?? Read(hocon, "lock-timeout", (config, key) => config.GetTimeSpan(key));
        AllowUnlocked = code.AllowUnlocked ?? Read(hocon, "allow-unlocked", (config, key) => config.GetBoolean(key));
        AllowForeignFile = code.AllowForeignFile ?? Read(hocon, "allow-foreign-file", (config, key) => config.GetBoolean(key));
        IsSessionCrypt = code.IsSessionCrypt ?? Read(hocon, "is-session-crypt", (config, key) => config.GetBoolean(key));
        Encryption = code.Encryption ?? Read(hocon, "encryption", Named<SessionEncryption>);
        IdsAtRest = code.IdsAtRest ?? Read(hocon, "ids-at-rest", Named<IdsAtRest>);
        AllowIdsToBeHashed = code.AllowIdsToBeHashed ?? Read(hocon, "allow-ids-to-be-hashed", (config, key) => config.GetBoolean(key));
        AllowFernetToAesGcm = code.AllowFernetToAesGcm ?? Read(hocon, "allow-fernet-to-aes-gcm", (config, key) => config.GetBoolean(key));
        var secret = NonEmpty(code.SessionAesSecret) ?? NonEmpty(Read(hocon, "session-aes-secret", (config, key) => config.GetString(key)));
        SessionAesSecretFile = NonEmpty(code.SessionAesSecretFile) ?? Read(hocon, "session-aes-secret-file", (config, key) => config.GetString(key));
        HasTwoSecrets = secret is not null && SessionAesSecretFile.Length > 0;
        SessionAesSecret = secret ?? (SessionAesSecretFile.Length > 0 ? "" : Environment.GetEnvironmentVariable(SecretVariable) ?? "");
        PreviousSessionAesSecrets = code.PreviousSessionAesSecrets ?? Read(hocon, "previous-session-aes-secrets", Texts);
        ReworkGrace = OffIsNull(code.ReworkGrace ?? Read(hocon, "rework-grace", (config, key) => config.GetString(key) == "off" ? Timeout.InfiniteTimeSpan : config.GetTimeSpan(key)));
        OnReplay = code.OnReplay ?? Read(hocon, "on-replay", Named<ReplayPolicy>);
        AllowPlainToEncrypted = code.AllowPlainToEncrypted ?? Read(hocon, "allow-plain-to-encrypted", (config, key) => config.GetBoolean(key));
        IdFactory = code.IdFactory ?? NamedIdFactory(Read(hocon, "id-factory", (config, key) => config.GetString(key)));
        AsyncIdFactory = code.AsyncIdFactory;
        HasTwoIdFactories = code is { AsyncIdFactory: not null, IdFactory: not null };
        Durability = code.Durability ?? Read(hocon, "durability", Named<Durability>);
        FlushInterval = code.FlushInterval ?? Read(hocon, "flush-interval", (config, key) => config.GetTimeSpan(key));
        SnapshotJournalBytes = code.SnapshotJournalBytes ?? Read(hocon, "snapshot-journal-bytes", Bytes);
        SnapshotInterval = code.SnapshotInterval ?? Read(hocon, "snapshot-interval", (config, key) => config.GetTimeSpan(key));
        MaxDataBytes = code.MaxDataBytes ?? (int)Math.Clamp(Read(hocon, "max-data-bytes", Bytes), int.MinValue, int.MaxValue);
        MaxKeyLength = code.MaxKeyLength ?? Read(hocon, "max-key-length", (config, key) => config.GetInt(key));
        KeyIdleTimeout = code.KeyIdleTimeout ?? Read(hocon, "key-idle-timeout", (config, key) => config.GetTimeSpan(key));
        MaxIdleKeys = code.MaxIdleKeys ?? Read(hocon, "max-idle-keys", (config, key) => config.GetInt(key));
        DrainTimeout = code.DrainTimeout ?? Read(hocon, "drain-timeout", (config, key) => config.GetTimeSpan(key));
        IdleTimeout = code.IdleTimeout ?? Read(hocon, "idle-timeout", (config, key) => config.GetTimeSpan(key));
        MaxLifetime = code.MaxLifetime ?? Read(hocon, "max-lifetime", (config, key) => config.GetTimeSpan(key));
        TouchInterval = code.TouchInterval ?? Read(hocon, "touch-interval", (config, key) => config.GetString(key) == "auto" ? (TimeSpan?)null : config.GetTimeSpan(key));
        SweepInterval = code.SweepInterval ?? Read(hocon, "sweep-interval", (config, key) => config.GetTimeSpan(key));
        MaxSessionsPerKey = code.MaxSessionsPerKey ?? Read(hocon, "max-sessions-per-key", (config, key) => config.GetInt(key));
        SessionLimitPolicy = code.SessionLimitPolicy ?? Read(hocon, "session-limit-policy", Named<SessionLimitPolicy>);
        MaxSessions = code.MaxSessions ?? Read(hocon, "max-sessions", (config, key) => config.GetLong(key));
        MaxRememberedEnds = code.MaxRememberedEnds ?? Read(hocon, "max-remembered-ends", (config, key) => config.GetInt(key));
        GuessingAlarmPerMinute = code.GuessingAlarmPerMinute ?? Read(hocon, "guessing-alarm-per-minute", (config, key) => config.GetInt(key));
        PublishEvents = code.PublishEvents ?? Read(hocon, "publish-events", (config, key) => config.GetBoolean(key));
        AdminSocket = code.AdminSocket ?? Read(hocon, "admin-socket", (config, key) => config.GetBoolean(key));
        AdminSocketPath = (NonEmpty(code.AdminSocketPath) ?? NonEmpty(Read(hocon, "admin-socket-path", (config, key) => config.GetString(key)))) is { } path ? Absolute(path) : $"{JsonPath}.sock";
        TimeProvider = code.TimeProvider ?? TimeProvider.System;
    }

    public static Config Reference { get; } = ConfigurationFactory.FromResource<ResolvedOptions>("reference.conf");

    public string JsonPath { get; }

    public bool InMemory { get; }

    public TimeSpan LockTimeout { get; }

    public bool AllowUnlocked { get; }

    public bool AllowForeignFile { get; }

    public bool IsSessionCrypt { get; }

    public SessionEncryption Encryption { get; }

    /// <summary>The encryption that is in force, whichever option asks for it.</summary>
    public SessionEncryption EffectiveEncryption => Encryption != SessionEncryption.None ? Encryption : IsSessionCrypt ? SessionEncryption.Fernet : SessionEncryption.None;

    public IdsAtRest IdsAtRest { get; }

    public bool AllowIdsToBeHashed { get; }

    public bool AllowFernetToAesGcm { get; }

    public string SessionAesSecret { get; }

    public string SessionAesSecretFile { get; }

    public IReadOnlyList<string> PreviousSessionAesSecrets { get; }

    public TimeSpan? ReworkGrace { get; }

    public ReplayPolicy OnReplay { get; }

    public bool AllowPlainToEncrypted { get; }

    public Func<string> IdFactory { get; }

    public Func<IdRequest, ValueTask<string>>? AsyncIdFactory { get; }

    public Durability Durability { get; }

    public TimeSpan FlushInterval { get; }

    public long SnapshotJournalBytes { get; }

    public TimeSpan SnapshotInterval { get; }

    public int MaxDataBytes { get; }

    public int MaxKeyLength { get; }

    public TimeSpan KeyIdleTimeout { get; }

    public int MaxIdleKeys { get; }

    public TimeSpan DrainTimeout { get; }

    public TimeSpan IdleTimeout { get; }

    public TimeSpan MaxLifetime { get; }

    public TimeSpan? TouchInterval { get; }

    public TimeSpan SweepInterval { get; }

    public int MaxSessionsPerKey { get; }

    public SessionLimitPolicy SessionLimitPolicy { get; }

    public long MaxSessions { get; }

    public int MaxRememberedEnds { get; }

    public int GuessingAlarmPerMinute { get; }

    public bool PublishEvents { get; }

    public bool AdminSocket { get; }

    public string AdminSocketPath { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>The store's name; empty for the one that needs none.</summary>
    public string StoreName { get; }

    public bool HasTwoIdFactories { get; }

    public bool HasTwoSecrets { get; }

    /// <param name="code">What the host sets in code.</param>
    /// <param name="actorSystem">The actor system's configuration.</param>
    /// <param name="store">The store's name; empty for the one that needs none.</param>
    /// <param name="hosts">Keys of the host's own configuration, over those of HOCON.</param>
    /// <exception cref="JamSessionsOptionsException">Options that cannot work, all at once.</exception>
    public static ResolvedOptions Resolve(JamSessionsOptions code, Config actorSystem, string store = "", Config? hosts = null)
    {
        var section = SectionOf(actorSystem, store);
        section = hosts is null ? section : hosts.WithFallback(section);
        var options = new ResolvedOptions(code, section, store);
        List<string> failures = [.. KnownKeys.Misspelt(section, Reference.GetConfig(Section)), .. options._unreadable, .. OptionRules.Failures(options)];
        return failures.Count == 0 ? options : throw new JamSessionsOptionsException(failures);
    }

    /// <summary>The names of the stores that HOCON has a section for.</summary>
    public static IEnumerable<string> StoresIn(Config actorSystem) =>
        StoresOf(SectionOf(actorSystem)).AsEnumerable().Select(store => store.Key);

    /// <summary>A named store's own keys come before those that all stores share; its file is one of its own.</summary>
    private static Config SectionOf(Config actorSystem, string store)
    {
        var shared = SectionOf(actorSystem);
        if (store.Length == 0)
        {
            return shared;
        }

        var own = StoresOf(shared) is { IsEmpty: false } stores && stores.HasPath(store) ? stores.GetConfig(store) : ConfigurationFactory.Empty;
        return own.WithFallback(ConfigurationFactory.ParseString($"json-path = \"sessions-{store}.json\"")).WithFallback(shared);
    }

    private static Config StoresOf(Config section) => section.HasPath(KnownKeys.Stores) ? section.GetConfig(KnownKeys.Stores) : ConfigurationFactory.Empty;

    private static Config SectionOf(Config actorSystem)
    {
        try
        {
            return actorSystem.WithFallback(Reference).GetConfig(Section);
        }
        catch (Exception)
        {
            throw new JamSessionsOptionsException([$"{Section} is not a section of keys and values."]);
        }
    }

    /// <summary>What is asked of the sessions' lives and numbers.</summary>
    public SessionRules Rules() => new(IdleTimeout, MaxLifetime, TouchInterval)
    {
        MaxSessionsPerKey = MaxSessionsPerKey,
        LimitPolicy = SessionLimitPolicy,
        MaxDataBytes = MaxDataBytes,
        Ids = IdsAtRest == IdsAtRest.Hashed || EffectiveEncryption == SessionEncryption.AesGcm ? StoredIds.Hashed : StoredIds.Plain,
        KeepsUnreadable = EffectiveEncryption == SessionEncryption.AesGcm,
        ReworkGrace = ReworkGrace,
        OnReplay = OnReplay,
    };

    /// <summary>Why a new session with this key and data is refused, or null.</summary>
    public JamSessionsException? Validate(string sessionKey, SessionData data)
    {
        if (data.Length > MaxDataBytes)
        {
            return SessionDataException.TooLarge(data.Length, MaxDataBytes);
        }

        return sessionKey.Length > MaxKeyLength ? new SessionKeyException(sessionKey.Length, MaxKeyLength) : null;
    }

    /// <summary>The file itself: absolute, and behind any symbolic link, so that a snapshot replaces the file and not the link.</summary>
    private string ResolvePath(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "";
        }

        try
        {
            var full = Path.GetFullPath(path);
            return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            _unreadable.Add($"json-path cannot be resolved: {e.Message}");
            return path;
        }
    }

    private string Absolute(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException e)
        {
            _unreadable.Add($"admin-socket-path cannot be resolved: {e.Message}");
            return path;
        }
    }

    /// <summary>Reads a value; one that cannot be read is noted, and stands at its default so that the others are checked too.</summary>
    private T Read<T>(Config hocon, string key, Func<Config, string, T> read)
    {
        try
        {
            return read(hocon, key);
        }
        catch (Exception)
        {
            _unreadable.Add($"{key} cannot be read as {(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T)).Name}.");
            return read(Reference.GetConfig(Section), key);
        }
    }

    /// <summary>A number of bytes, plain or with a unit such as 64m or "1 MiB".</summary>
    private static long Bytes(Config config, string key) => config.GetByteSize(key) ?? throw new FormatException();

    /// <summary>A list, or one value that stands for a list of one.</summary>
    private static List<string> Texts(Config config, string key) =>
        config.GetValue(key) is var value && value.IsArray() ? [.. value.GetStringList()] : NonEmpty(value.GetString()) is { } one ? [one] : [];

    /// <summary>The value of this name, in any spelling; one that is not defined where there is none.</summary>
    private static T Named<T>(Config config, string key)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => KnownKeys.Plain($"{value}") == KnownKeys.Plain(config.GetString(key) ?? "")) ?? (T)Enum.ToObject(typeof(T), -1);

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static Func<string> NamedIdFactory(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "uuidv4" => SessionIds.UuidV4,
        "random256" => SessionIds.Random256,
        _ => null!,
    };

    private static TimeSpan? OffIsNull(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? null : time;

}
