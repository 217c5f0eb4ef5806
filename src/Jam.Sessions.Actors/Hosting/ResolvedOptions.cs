using System.Text;
using Akka.Configuration;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The options in force: code over HOCON over <c>reference.conf</c>, checked.</summary>
internal sealed class ResolvedOptions
{
    public const string SecretVariable = "JAM_SESSION_AES_SECRET";
    public const int MaxDataBytesLimit = 256 << 20;
    public const long MinSnapshotJournalBytes = 4096;

    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private ResolvedOptions(JamSessionsOptions code, Config hocon)
    {
        JsonPath = ResolvePath(code.JsonPath ?? hocon.GetString("json-path"));
        IsSessionCrypt = code.IsSessionCrypt ?? hocon.GetBoolean("is-session-crypt");
        SessionAesSecret = code.SessionAesSecret ?? NonEmpty(hocon.GetString("session-aes-secret")) ?? Environment.GetEnvironmentVariable(SecretVariable) ?? "";
        AllowPlainToEncrypted = code.AllowPlainToEncrypted ?? hocon.GetBoolean("allow-plain-to-encrypted");
        IdFactory = code.IdFactory ?? NamedIdFactory(hocon.GetString("id-factory"));
        Durability = code.Durability ?? NamedDurability(hocon.GetString("durability"));
        FlushInterval = code.FlushInterval ?? hocon.GetTimeSpan("flush-interval");
        SnapshotJournalBytes = code.SnapshotJournalBytes ?? hocon.GetLong("snapshot-journal-bytes");
        SnapshotInterval = code.SnapshotInterval ?? hocon.GetTimeSpan("snapshot-interval");
        MaxDataBytes = code.MaxDataBytes ?? hocon.GetInt("max-data-bytes");
        MaxKeyLength = code.MaxKeyLength ?? hocon.GetInt("max-key-length");
        KeyIdleTimeout = code.KeyIdleTimeout ?? hocon.GetTimeSpan("key-idle-timeout");
        TimeProvider = code.TimeProvider ?? TimeProvider.System;
    }

    public static Config Reference { get; } = ConfigurationFactory.FromResource<ResolvedOptions>("reference.conf");

    public string JsonPath { get; }

    public bool IsSessionCrypt { get; }

    public string SessionAesSecret { get; }

    public bool AllowPlainToEncrypted { get; }

    public Func<string> IdFactory { get; }

    public Durability Durability { get; }

    public TimeSpan FlushInterval { get; }

    public long SnapshotJournalBytes { get; }

    public TimeSpan SnapshotInterval { get; }

    public int MaxDataBytes { get; }

    public int MaxKeyLength { get; }

    public TimeSpan KeyIdleTimeout { get; }

    public TimeProvider TimeProvider { get; }

    /// <exception cref="JamSessionsOptionsException">Options that cannot work, all at once.</exception>
    public static ResolvedOptions Resolve(JamSessionsOptions code, Config actorSystem)
    {
        var hocon = actorSystem.WithFallback(Reference).GetConfig("jam.sessions");
        ResolvedOptions options;
        try
        {
            options = new ResolvedOptions(code, hocon);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException or ArgumentException)
        {
            throw new JamSessionsOptionsException([$"a value under jam.sessions cannot be read: {e.Message}"]);
        }

        var failures = options.Failures().ToList();
        return failures.Count == 0 ? options : throw new JamSessionsOptionsException(failures);
    }

    /// <summary>Why a new session with this key and data is refused, or null.</summary>
    public JamSessionsException? Refuse(string sessionKey, SessionData data)
    {
        if (data.Length > MaxDataBytes)
        {
            return new SessionDataException($"The session data has {data.Length} bytes; max-data-bytes is {MaxDataBytes}.");
        }

        return sessionKey.Length > MaxKeyLength ? new SessionKeyException(sessionKey.Length, MaxKeyLength) : null;
    }

    /// <summary>The cipher that the options ask for, or null.</summary>
    /// <exception cref="SessionSecretException">No usable key.</exception>
    public Fernet? CreateFernet()
    {
        if (!IsSessionCrypt)
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(SessionAesSecret))
        {
            throw new SessionSecretException("is-session-crypt is on, and session-aes-secret is empty. Set it, or the environment variable JAM_SESSION_AES_SECRET.");
        }

        try
        {
            return Fernet.FromKey(File.Exists(SessionAesSecret) ? File.ReadAllText(SessionAesSecret, Encoding.UTF8).Trim() : SessionAesSecret, TimeProvider);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SessionSecretException($"The file that session-aes-secret names cannot be read ({e.GetType().Name}).");
        }
    }

    private IEnumerable<string> Failures()
    {
        if (string.IsNullOrWhiteSpace(JsonPath))
        {
            yield return "json-path is empty; name a file.";
        }

        if (IdFactory is null)
        {
            yield return "id-factory must be uuid-v4 or random-256, or be set in code.";
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
    }

    /// <summary>The file itself: absolute, and behind any symbolic link, so that a snapshot replaces the file and not the link.</summary>
    private static string ResolvePath(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            return "";
        }

        var full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    private static string? NonEmpty(string text) => string.IsNullOrEmpty(text) ? null : text;

    private static Func<string> NamedIdFactory(string name) => name switch
    {
        "uuid-v4" => SessionIds.UuidV4,
        "random-256" => SessionIds.Random256,
        _ => null!,
    };

    private static Durability NamedDurability(string name) => name switch
    {
        "durable" => Durability.Durable,
        "relaxed" => Durability.Relaxed,
        _ => (Durability)(-1),
    };
}
