using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Model;

/// <summary>What a store asks of its sessions' lives and numbers.</summary>
internal sealed class SessionRules
{
    /// <summary>jam's: no end and no limit.</summary>
    public static readonly SessionRules None = new();

    private readonly LifetimeTerms? _common;

    /// <param name="idle">How long a session may be idle; infinite: for ever.</param>
    /// <param name="max">How old a session may become, whatever it asks for; infinite: any age.</param>
    /// <param name="touchInterval">How often at most the disk is told of a session's use; null: by how long it may be idle.</param>
    public SessionRules(TimeSpan? idle = null, TimeSpan? max = null, TimeSpan? touchInterval = null)
    {
        (Idle, Max, TouchInterval) = (idle ?? Timeout.InfiniteTimeSpan, max ?? Timeout.InfiniteTimeSpan, touchInterval);
        _common = Make(own: null, double.NaN);
    }

    public TimeSpan Idle { get; }

    public TimeSpan Max { get; }

    public TimeSpan? TouchInterval { get; }

    /// <summary>How many live sessions a key may have; 0: any number.</summary>
    public int MaxSessionsPerKey { get; init; }

    /// <summary>What happens to a create beyond that.</summary>
    public SessionLimitPolicy LimitPolicy { get; init; }

    /// <summary>How ids are kept.</summary>
    public StoredIds Ids { get; init; } = StoredIds.Plain;

    /// <summary>Whether a session whose data cannot be read may only be ended: nobody vouches for its key, and a change would.</summary>
    public bool KeepsUnreadable { get; init; }

    /// <summary>How long an id still works after a rework; null: not at all, and nobody notices its use.</summary>
    public TimeSpan? ReworkGrace { get; init; }

    /// <summary>What the use of an id means when that is over.</summary>
    public ReplayPolicy OnReplay { get; init; }

    /// <summary>The largest data, in bytes.</summary>
    public int MaxDataBytes { get; init; } = int.MaxValue;

    /// <summary>Whether sessions without a wish of their own are timed.</summary>
    public bool TimeAll => _common is { HaveDeadline: true } || (MaxSessionsPerKey > 0 && LimitPolicy == SessionLimitPolicy.EndLeastRecentlySeen);

    /// <summary>The terms of a session.</summary>
    /// <param name="own">Its own lifetime; null: none.</param>
    /// <param name="since">When its life began, in Unix seconds; not a number: at its creation.</param>
    public LifetimeTerms Terms(SessionLifetime? own, double since) => own is null && double.IsNaN(since) ? _common! : Make(own, since);

    private LifetimeTerms Make(SessionLifetime? own, double since)
    {
        var (idle, max) = (own?.Idle ?? Idle, own?.Max ?? Max);
        max = max == Timeout.InfiniteTimeSpan || (Max != Timeout.InfiniteTimeSpan && max > Max) ? Max : max;
        return new LifetimeTerms(own, since, Ticks(idle), Ticks(max), (uint)Math.Ceiling(TouchOf(idle).TotalSeconds));
    }

    private TimeSpan TouchOf(TimeSpan idle)
    {
        var (shortest, longest) = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var interval = TouchInterval ?? (idle == Timeout.InfiniteTimeSpan ? longest : idle / 20);
        return TouchInterval is null && interval > longest ? longest : interval < shortest ? shortest : interval;
    }

    private static long Ticks(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? LifetimeTerms.Never : time.Ticks;
}
