using Akka;

namespace Jam.Sessions.Actors;

/// <summary>A question that is answered from what is committed, on the thread of whoever asks.</summary>
internal interface ISessionQuery : ISessionMessage;

/// <summary>As <see cref="GetSession"/>, and does not count as activity: the session's idle time goes on. Reply: <see cref="SessionLookup"/>.</summary>
public sealed record PeekSession : ISessionRequest<SessionLookup>, ISessionQuery
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty.</exception>
    public PeekSession(string sessionId) => SessionId = SessionIds.Checked(sessionId);

    /// <summary>The id to look up; compared by exact code units.</summary>
    public string SessionId { get; }

    /// <summary>The message's name; never the id.</summary>
    public override string ToString() => nameof(PeekSession);
}

/// <summary>Asks for the live sessions of a key, the oldest first. Reply: <see cref="IReadOnlyList{T}"/> of <see cref="SessionInfo"/>.</summary>
/// <remarks>They are those of one instant. Does not count as activity.</remarks>
public sealed record ListSessions : ISessionRequest<IReadOnlyList<SessionInfo>>, ISessionQuery
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The key is null or empty.</exception>
    public ListSessions(string sessionKey) => SessionKey = SessionKeys.NotEmpty(sessionKey);

    /// <summary>Whose sessions.</summary>
    public string SessionKey { get; }

    /// <summary>The message's name; never the key.</summary>
    public override string ToString() => nameof(ListSessions);
}

/// <summary>Asks how many sessions there are. Reply: <see cref="SessionCount"/>.</summary>
/// <remarks>Of a key it is exact. Of the whole store it takes no longer the more there are, and counts sessions that have ended until a sweep has removed them.</remarks>
public sealed record CountSessions : ISessionRequest<SessionCount>, ISessionQuery
{
    /// <summary>Creates the message.</summary>
    /// <param name="sessionKey">Whose sessions; null: those of the whole store.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public CountSessions(string? sessionKey = null) => SessionKey = sessionKey is null ? null : SessionKeys.NotEmpty(sessionKey);

    /// <summary>Whose sessions; null: those of the whole store.</summary>
    public string? SessionKey { get; }

    /// <summary>The message's name; never the key.</summary>
    public override string ToString() => nameof(CountSessions);
}

/// <summary>Walks through all live sessions, page by page, for operators. Reply: <see cref="SessionPage"/>.</summary>
/// <remarks>
/// The order is one of the running process: sessions that are there during the whole walk come exactly once, whatever comes and goes meanwhile. A
/// page looks at 10,000 keys at most, so it may be short, or empty, and not be the last one. A place of another process, or none at all, begins anew.
/// </remarks>
public sealed record QuerySessions : ISessionRequest<SessionPage>, ISessionQuery
{
    /// <summary>The most sessions that a page may have.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Creates the message.</summary>
    /// <param name="after"><see cref="SessionPage.Next"/> of the page before; null: the first page.</param>
    /// <param name="limit">How many sessions the page has at most: 1 to <see cref="MaxLimit"/>.</param>
    /// <param name="keyPrefix">Only sessions whose keys begin with this, by exact code units; null: all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not in its range.</exception>
    public QuerySessions(string? after = null, int limit = 100, string? keyPrefix = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        (After, Limit, KeyPrefix) = (after, limit, keyPrefix);
    }

    /// <summary>Where the page begins; null: the first page.</summary>
    public string? After { get; }

    /// <summary>How many sessions the page has at most.</summary>
    public int Limit { get; }

    /// <summary>What the keys begin with; null: anything.</summary>
    public string? KeyPrefix { get; }

    /// <summary>The message's name; never a key.</summary>
    public override string ToString() => nameof(QuerySessions);
}

/// <summary>Asks for what happens from now on. Reply: <see cref="ISessionEventStream"/>, to be disposed of.</summary>
public sealed record WatchSessions : ISessionRequest<ISessionEventStream>, ISessionQuery
{
    /// <summary>Creates the message.</summary>
    /// <param name="capacity">How many events are kept for a listener that is behind: 1 to 1,000,000. What is more is missed, and <see cref="SessionEventsMissed"/> says so.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not in its range.</exception>
    public WatchSessions(int capacity = 10_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1_000_000);
        Capacity = capacity;
    }

    /// <summary>How many events are kept for a listener that is behind.</summary>
    public int Capacity { get; }

    /// <summary>Whether only <see cref="SessionEnded"/> is told, beside <see cref="SessionEventsMissed"/>: then other changes cost nothing more than without a listener.</summary>
    public bool EndsOnly { get; init; }
}

/// <summary>Removes what has ended, now and not with the next sweep. Reply: <see cref="int"/>, how many sessions.</summary>
/// <remarks>Nobody needs it for correctness: what has ended is dead for every request. It frees memory, and tells those who listen. Failure: <see cref="SessionsStoppingException"/>.</remarks>
public sealed record SweepSessions : ISessionRequest<int>;
