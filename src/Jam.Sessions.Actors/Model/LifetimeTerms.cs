namespace Jam.Sessions.Actors.Model;

/// <summary>How long a session may live: its own wish and the store's rules, put together. Sessions with the same terms may share one.</summary>
/// <param name="own">The lifetime of the session's own; null where there is none.</param>
/// <param name="since">When its life began, in Unix seconds; not a number where that is its creation.</param>
/// <param name="idle">How long it may be idle, in ticks; <see cref="Never"/> where that is for ever.</param>
/// <param name="max">How old it may become, in ticks; the same.</param>
/// <param name="touchSeconds">How much longer than it was seen the disk says that it was.</param>
internal sealed class LifetimeTerms(SessionLifetime? own, double since, long idle, long max, uint touchSeconds)
{
    public const long Never = long.MaxValue;

    // A double of Unix seconds and its time in ticks differ by less than this.
    private const double Margin = 1;

    private readonly double _maxSeconds = max == Never ? double.PositiveInfinity : (double)max / TimeSpan.TicksPerSecond;

    public SessionLifetime? Own => own;

    public double Since => since;

    public uint TouchSeconds => touchSeconds;

    /// <summary>Use within so many ticks of the last that was noted is not noted: a second, or a twentieth of a shorter idle time, so that use keeps any session alive.</summary>
    public long NotedEvery { get; } = Math.Min(TimeSpan.TicksPerSecond, idle / 20);

    /// <summary>Whether there is an end at all.</summary>
    public bool HaveDeadline => idle != Never || max != Never;

    /// <summary>Whether the session has ended at this time. At the deadline it has, one tick before it has not.</summary>
    public bool HaveEnded(long seen, double createdAt, long now) => now - seen >= idle || AreTooOld(createdAt, now);

    /// <summary>The deadline in ticks; <see cref="Never"/> where there is none.</summary>
    public long Deadline(long seen, double createdAt) => Math.Min(Later(seen, idle), Oldest(createdAt));

    /// <summary>Why a session that has ended did so.</summary>
    public SessionEndReason Why(long seen, double createdAt) => Later(seen, idle) <= Oldest(createdAt) ? SessionEndReason.Idle : SessionEndReason.MaxLifetime;

    /// <summary>Whether the session has its greatest age.</summary>
    public bool AreTooOld(double createdAt, long now) => max != Never && IsTooOld(createdAt, now);

    private bool IsTooOld(double createdAt, long now)
    {
        // Nearly always far from the end, and then without the exact time of creation, which takes a while.
        var age = ((now - DateTimeOffset.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond) - Begin(createdAt);
        return age >= _maxSeconds - Margin && now >= Oldest(createdAt);
    }

    private long Oldest(double createdAt) => max == Never ? Never : Later(UnixTime.ToTicks(Begin(createdAt)), max);

    private double Begin(double createdAt) => double.IsNaN(since) ? createdAt : since;

    private static long Later(long time, long by) => time > Never - by ? Never : time + by;
}
