using System.Text;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Settings;

/// <summary>What options may be, each by itself and beside the others.</summary>
internal static class OptionRules
{
    // sun_path of Linux and of macOS, less the zero behind it and the ending under which a socket begins.
    private static readonly int MaxSocketPathLength = OperatingSystem.IsMacOS() ? 99 : 103;

    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>A sentence for each option that cannot work: what it may be, and what it is.</summary>
    public static IEnumerable<string> Failures(ResolvedOptions options)
    {
        if (!options.InMemory && string.IsNullOrWhiteSpace(options.JsonPath))
        {
            yield return "json-path is empty; name a file, or set in-memory = on.";
        }

        if (options.LockTimeout < TimeSpan.Zero || options.LockTimeout > TimeSpan.FromDays(1))
        {
            yield return $"lock-timeout must be 0 to 1 day, not {options.LockTimeout}.";
        }

        if (!Enum.IsDefined(options.Encryption))
        {
            yield return "encryption must be none, fernet or aes-gcm.";
        }

        if (options.IsSessionCrypt && options.Encryption == SessionEncryption.AesGcm)
        {
            yield return "is-session-crypt is on, which is encryption = fernet, and encryption is aes-gcm; take one of them out.";
        }

        if (!Enum.IsDefined(options.IdsAtRest))
        {
            yield return "ids-at-rest must be plain or hashed.";
        }

        if (options.HasTwoSecrets)
        {
            yield return "session-aes-secret and session-aes-secret-file are both set; set one of them.";
        }

        if (options.ReworkGrace is { } grace && (grace < TimeSpan.Zero || grace > TimeSpan.FromHours(1)))
        {
            yield return $"rework-grace must be 0 s to 1 hour, or off, not {grace}.";
        }

        if (!Enum.IsDefined(options.OnReplay))
        {
            yield return "on-replay must be report, end-session or end-all-of-key.";
        }

        if (options.IdFactory is null)
        {
            yield return "id-factory must be uuid-v4 or random-256, or be set in code.";
        }

        if (options.HasTwoIdFactories)
        {
            yield return "options.IdFactory and AsyncIdFactory are both set; set one of them.";
        }

        if (!Enum.IsDefined(options.Durability))
        {
            yield return "durability must be durable or relaxed.";
        }

        if (options.FlushInterval < OneMillisecond || options.FlushInterval > TimeSpan.FromHours(1))
        {
            yield return $"flush-interval must be 1 ms to 1 hour, not {options.FlushInterval}.";
        }

        if (options.SnapshotJournalBytes < ResolvedOptions.MinSnapshotJournalBytes)
        {
            yield return $"snapshot-journal-bytes must be at least {ResolvedOptions.MinSnapshotJournalBytes}, not {options.SnapshotJournalBytes}.";
        }

        if (options.SnapshotInterval != Timeout.InfiniteTimeSpan && options.SnapshotInterval < TimeSpan.FromSeconds(1))
        {
            yield return $"snapshot-interval must be at least 1 s, or infinite, not {options.SnapshotInterval}.";
        }

        if (options.MaxDataBytes is < 2 or > ResolvedOptions.MaxDataBytesLimit)
        {
            yield return $"max-data-bytes must be 2 to {ResolvedOptions.MaxDataBytesLimit}, not {options.MaxDataBytes}.";
        }

        if (options.MaxKeyLength is < 1 or > SessionKeys.MaxLength)
        {
            yield return $"max-key-length must be 1 to {SessionKeys.MaxLength}, not {options.MaxKeyLength}.";
        }

        if (options.KeyIdleTimeout != Timeout.InfiniteTimeSpan && options.KeyIdleTimeout < OneMillisecond)
        {
            yield return $"key-idle-timeout must be at least 1 ms, or infinite, not {options.KeyIdleTimeout}.";
        }

        if (options.MaxIdleKeys < 0)
        {
            yield return $"max-idle-keys must be at least 0, not {options.MaxIdleKeys}.";
        }

        if (!SessionLifetime.IsValid(options.IdleTimeout))
        {
            yield return $"idle-timeout must be 1 s to 36500 days, or infinite, not {options.IdleTimeout}.";
        }

        if (!SessionLifetime.IsValid(options.MaxLifetime))
        {
            yield return $"max-lifetime must be 1 s to 36500 days, or infinite, not {options.MaxLifetime}.";
        }

        if (options.TouchInterval is { } touch && (touch < TimeSpan.FromSeconds(1) || touch > TimeSpan.FromDays(1)))
        {
            yield return $"touch-interval must be 1 s to 1 day, or auto, not {touch}.";
        }

        if (options.SweepInterval != Timeout.InfiniteTimeSpan && options.SweepInterval < TimeSpan.FromSeconds(1))
        {
            yield return $"sweep-interval must be at least 1 s, or infinite, not {options.SweepInterval}.";
        }

        if (options.MaxSessionsPerKey < 0)
        {
            yield return $"max-sessions-per-key must be at least 0, not {options.MaxSessionsPerKey}.";
        }

        if (!Enum.IsDefined(options.SessionLimitPolicy))
        {
            yield return "session-limit-policy must be reject, end-oldest or end-least-recently-seen.";
        }

        if (options.MaxSessions < 0)
        {
            yield return $"max-sessions must be at least 0, not {options.MaxSessions}.";
        }

        if (options.MaxRememberedEnds is < 0 or > 1 << 24)
        {
            yield return $"max-remembered-ends must be 0 to {1 << 24}, not {options.MaxRememberedEnds}.";
        }

        if (options.GuessingAlarmPerMinute < 0)
        {
            yield return $"guessing-alarm-per-minute must be at least 0, not {options.GuessingAlarmPerMinute}.";
        }

        if (options.AdminSocket && (options.InMemory || OperatingSystem.IsWindows()))
        {
            yield return options.InMemory ? "admin-socket needs a file, and in-memory is on." : "admin-socket is not for Windows, which does not say who connects.";
        }

        if (options.AdminSocket && Encoding.UTF8.GetByteCount(options.AdminSocketPath) is var length && length > MaxSocketPathLength)
        {
            yield return $"admin-socket-path has {length} bytes, and the path of a socket may have {MaxSocketPathLength}; set it to a shorter one.";
        }

        if (options.DrainTimeout < TimeSpan.FromSeconds(1) || options.DrainTimeout > TimeSpan.FromHours(1))
        {
            yield return $"drain-timeout must be 1 s to 1 hour, not {options.DrainTimeout}.";
        }
    }
}
