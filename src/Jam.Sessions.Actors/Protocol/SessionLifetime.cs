namespace Jam.Sessions.Actors;

/// <summary>How long a session lives: without activity, and at most. What is null is the store's default.</summary>
/// <remarks>
/// An own <see cref="Idle"/> takes the place of <see cref="JamSessionsOptions.IdleTimeout"/>, shorter or longer. An own <see cref="Max"/> counts from the
/// session's creation, and never reaches beyond <see cref="JamSessionsOptions.MaxLifetime"/>.
/// </remarks>
public sealed record SessionLifetime
{
    /// <summary>The shortest time that either may be.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that either may be, but for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Creates the value.</summary>
    /// <param name="Idle">1 s to 36,500 days, or <see cref="Timeout.InfiniteTimeSpan"/>: no end by idleness. Null: the store's default; for a session that there is, what it has.</param>
    /// <param name="Max">1 s to 36,500 days, or <see cref="Timeout.InfiniteTimeSpan"/>: no end but the store's. Null: the store's default; for a session that there is, what it has.</param>
    /// <exception cref="ArgumentOutOfRangeException">Shorter or longer than that.</exception>
    public SessionLifetime(TimeSpan? Idle = null, TimeSpan? Max = null)
    {
        this.Idle = Checked(Idle, nameof(Idle));
        this.Max = Checked(Max, nameof(Max));
    }

    /// <summary>How long after it was last seen the session ends.</summary>
    public TimeSpan? Idle { get; }

    /// <summary>How long after its creation the session ends, whatever happens.</summary>
    public TimeSpan? Max { get; }

    internal static bool IsValid(TimeSpan time) => time == Timeout.InfiniteTimeSpan || (time >= Shortest && time <= Longest);

    private static TimeSpan? Checked(TimeSpan? time, string name) => time is not { } given || IsValid(given)
        ? time
        : throw new ArgumentOutOfRangeException(name, given, $"A session's lifetime is {Shortest} to {Longest.TotalDays:N0} days, or Timeout.InfiniteTimeSpan.");
}
