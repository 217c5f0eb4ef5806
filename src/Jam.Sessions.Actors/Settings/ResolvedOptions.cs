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

    // sun_path of Linux and of macOS, less the zero behind it and the ending under which a socket begins.
    private static readonly int MaxSocketPathLength = OperatingSystem.IsMacOS() ? 99 : 103;

    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

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
        Encryption = code.Encryption ?? NamedEncryption(Read(hocon, "encryption", (config, key) => config.GetString(key)));
        IdsAtRest = code.IdsAtRest ?? NamedIdsAtRest(Read(hocon, "ids-at-rest", (config, key) => config.GetString(key)));
        AllowIdsToBeHashed = code.AllowIdsToBeHashed ?? Read(hocon, "allow-ids-to-be-hashed", (config, key) => config.GetBoolean(key));
        AllowFernetToAesGcm = code.AllowFernetToAesGcm ?? Read(hocon, "allow-fernet-to-aes-gcm", (config, key) => config.GetBoolean(key));
        var secret = NonEmpty(code.SessionAesSecret) ?? NonEmpty(Read(hocon, "session-aes-secret", (config, key) => config.GetString(key)));
        SessionAesSecretFile = NonEmpty(code.SessionAesSecretFile) ?? Read(hocon, "session-aes-secret-file", (config, key) => config.GetString(key));
        HasTwoSecrets = secret is not null && SessionAesSecretFile.Length > 0;
        SessionAesSecret = secret ?? (SessionAesSecretFile.Length > 0 ? "" : Environment.GetEnvironmentVariable(SecretVariable) ?? "");
        PreviousSessionAesSecrets = code.PreviousSessionAesSecrets ?? Read(hocon, "previous-session-aes-secrets", Texts);
        ReworkGrace = OffIsNull(code.ReworkGrace ?? Read(hocon, "rework-grace", (config, key) => config.GetString(key) == "off" ? Timeout.InfiniteTimeSpan : config.GetTimeSpan(key)));
        OnReplay = code.OnReplay ?? NamedReplayPolicy(Read(hocon, "on-replay", (config, key) => config.GetString(key)));
        AllowPlainToEncrypted = code.AllowPlainToEncrypted ?? Read(hocon, "allow-plain-to-encrypted", (config, key) => config.GetBoolean(key));
        IdFactory = code.IdFactory ?? NamedIdFactory(Read(hocon, "id-factory", (config, key) => config.GetString(key)));
        AsyncIdFactory = code.AsyncIdFactory;
        HasTwoIdFactories = code is { AsyncIdFactory: not null, IdFactory: not null };
        Durability = code.Durability ?? NamedDurability(Read(hocon, "durability", (config, key) => config.GetString(key)));
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
        SessionLimitPolicy = code.SessionLimitPolicy ?? NamedLimitPolicy(Read(hocon, "session-limit-policy", (config, key) => config.GetString(key)));
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

    private bool HasTwoIdFactories { get; }

    private bool HasTwoSecrets { get; }

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
        List<string> failures = [.. KnownKeys.Misspelt(section, Reference.GetConfig(Section)), .. options._unreadable, .. options.Failures()];
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

    private IEnumerable<string> Failures()
    {
        if (!InMemory && string.IsNullOrWhiteSpace(JsonPath))
        {
            yield return "json-path is empty; name a file, or set in-memory = on.";
        }

        if (LockTimeout < TimeSpan.Zero || LockTimeout > TimeSpan.FromDays(1))
        {
            yield return $"lock-timeout must be 0 to 1 day, not {LockTimeout}.";
        }

        if (!Enum.IsDefined(Encryption))
        {
            yield return "encryption must be none, fernet or aes-gcm.";
        }

        if (IsSessionCrypt && Encryption == SessionEncryption.AesGcm)
        {
            yield return "is-session-crypt is on, which is encryption = fernet, and encryption is aes-gcm; take one of them out.";
        }

        if (!Enum.IsDefined(IdsAtRest))
        {
            yield return "ids-at-rest must be plain or hashed.";
        }

        if (HasTwoSecrets)
        {
            yield return "session-aes-secret and session-aes-secret-file are both set; set one of them.";
        }

        if (ReworkGrace is { } grace && (grace < TimeSpan.Zero || grace > TimeSpan.FromHours(1)))
        {
            yield return $"rework-grace must be 0 s to 1 hour, or off, not {grace}.";
        }

        if (!Enum.IsDefined(OnReplay))
        {
            yield return "on-replay must be report, end-session or end-all-of-key.";
        }

        if (IdFactory is null)
        {
            yield return "id-factory must be uuid-v4 or random-256, or be set in code.";
        }

        if (HasTwoIdFactories)
        {
            yield return "IdFactory and AsyncIdFactory are both set; set one of them.";
        }

        if (!Enum.IsDefined(Durability))
        {
            yield return "durability must be durable or relaxed.";
        }

        if (FlushInterval < OneMillisecond || FlushInterval > TimeSpan.FromHours(1))
        {
            yield return $"flush-interval must be 1 ms to 1 hour, not {FlushInterval}.";
        }

        if (SnapshotJournalBytes < MinSnapshotJournalBytes)
        {
            yield return $"snapshot-journal-bytes must be at least {MinSnapshotJournalBytes}, not {SnapshotJournalBytes}.";
        }

        if (SnapshotInterval != Timeout.InfiniteTimeSpan && SnapshotInterval < TimeSpan.FromSeconds(1))
        {
            yield return $"snapshot-interval must be at least 1 s, or infinite, not {SnapshotInterval}.";
        }

        if (MaxDataBytes is < 2 or > MaxDataBytesLimit)
        {
            yield return $"max-data-bytes must be 2 to {MaxDataBytesLimit}, not {MaxDataBytes}.";
        }

        if (MaxKeyLength is < 1 or > SessionKeys.MaxLength)
        {
            yield return $"max-key-length must be 1 to {SessionKeys.MaxLength}, not {MaxKeyLength}.";
        }

        if (KeyIdleTimeout != Timeout.InfiniteTimeSpan && KeyIdleTimeout < OneMillisecond)
        {
            yield return $"key-idle-timeout must be at least 1 ms, or infinite, not {KeyIdleTimeout}.";
        }

        if (MaxIdleKeys < 0)
        {
            yield return $"max-idle-keys must be at least 0, not {MaxIdleKeys}.";
        }

        if (!SessionLifetime.IsValid(IdleTimeout))
        {
            yield return $"idle-timeout must be 1 s to 36500 days, or infinite, not {IdleTimeout}.";
        }

        if (!SessionLifetime.IsValid(MaxLifetime))
        {
            yield return $"max-lifetime must be 1 s to 36500 days, or infinite, not {MaxLifetime}.";
        }

        if (TouchInterval is { } touch && (touch < TimeSpan.FromSeconds(1) || touch > TimeSpan.FromDays(1)))
        {
            yield return $"touch-interval must be 1 s to 1 day, or auto, not {touch}.";
        }

        if (SweepInterval != Timeout.InfiniteTimeSpan && SweepInterval < TimeSpan.FromSeconds(1))
        {
            yield return $"sweep-interval must be at least 1 s, or infinite, not {SweepInterval}.";
        }

        if (MaxSessionsPerKey < 0)
        {
            yield return $"max-sessions-per-key must be at least 0, not {MaxSessionsPerKey}.";
        }

        if (!Enum.IsDefined(SessionLimitPolicy))
        {
            yield return "session-limit-policy must be reject, end-oldest or end-least-recently-seen.";
        }

        if (MaxSessions < 0)
        {
            yield return $"max-sessions must be at least 0, not {MaxSessions}.";
        }

        if (MaxRememberedEnds is < 0 or > 1 << 24)
        {
            yield return $"max-remembered-ends must be 0 to {1 << 24}, not {MaxRememberedEnds}.";
        }

        if (GuessingAlarmPerMinute < 0)
        {
            yield return $"guessing-alarm-per-minute must be at least 0, not {GuessingAlarmPerMinute}.";
        }

        if (AdminSocket && (InMemory || OperatingSystem.IsWindows()))
        {
            yield return InMemory ? "admin-socket needs a file, and in-memory is on." : "admin-socket is not for Windows, which does not say who connects.";
        }

        if (AdminSocket && Encoding.UTF8.GetByteCount(AdminSocketPath) is var length && length > MaxSocketPathLength)
        {
            yield return $"admin-socket-path has {length} bytes, and the path of a socket may have {MaxSocketPathLength}; set it to a shorter one.";
        }

        if (DrainTimeout < TimeSpan.FromSeconds(1) || DrainTimeout > TimeSpan.FromHours(1))
        {
            yield return $"drain-timeout must be 1 s to 1 hour, not {DrainTimeout}.";
        }
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

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static Func<string> NamedIdFactory(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "uuidv4" => SessionIds.UuidV4,
        "random256" => SessionIds.Random256,
        _ => null!,
    };

    private static Durability NamedDurability(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "durable" => Durability.Durable,
        "relaxed" => Durability.Relaxed,
        _ => (Durability)(-1),
    };

    private static TimeSpan? OffIsNull(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? null : time;

    private static SessionEncryption NamedEncryption(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "none" => SessionEncryption.None,
        "fernet" => SessionEncryption.Fernet,
        "aesgcm" => SessionEncryption.AesGcm,
        _ => (SessionEncryption)(-1),
    };

    private static IdsAtRest NamedIdsAtRest(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "plain" => IdsAtRest.Plain,
        "hashed" => IdsAtRest.Hashed,
        _ => (IdsAtRest)(-1),
    };

    private static ReplayPolicy NamedReplayPolicy(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "report" => ReplayPolicy.Report,
        "endsession" => ReplayPolicy.EndSession,
        "endallofkey" => ReplayPolicy.EndAllOfKey,
        _ => (ReplayPolicy)(-1),
    };

    private static SessionLimitPolicy NamedLimitPolicy(string? name) => KnownKeys.Plain(name ?? "") switch
    {
        "reject" => SessionLimitPolicy.Reject,
        "endoldest" => SessionLimitPolicy.EndOldest,
        "endleastrecentlyseen" => SessionLimitPolicy.EndLeastRecentlySeen,
        _ => (SessionLimitPolicy)(-1),
    };
}
