namespace Jam.Sessions.Actors;

/// <summary>A session as its owner or an operator may see it: everything but the id.</summary>
/// <param name="Handle">The session's name, which is no secret: the same after rework, update and restart, and of no use as an id. 16 letters and digits.</param>
/// <param name="CreatedAt">When it was created, in UTC; null where the file does not say.</param>
/// <param name="LastSeenAt">When it was last used; null where no lifetime asks for that.</param>
/// <param name="ExpiresAt">When it will end if nobody uses it; null where that is never.</param>
/// <param name="Lifetime">The lifetime of its own; null where the store's defaults hold.</param>
/// <param name="Data">What it holds but for <see cref="HiddenMembers"/>; null where the file has data that cannot be read.</param>
public sealed record SessionInfo(
    string Handle, DateTimeOffset? CreatedAt, DateTimeOffset? LastSeenAt, DateTimeOffset? ExpiresAt, SessionLifetime? Lifetime, SessionData? Data)
{
    /// <summary>The handle and the times; never the data.</summary>
    public override string ToString() => $"SessionInfo {{ Handle = {Handle}, CreatedAt = {CreatedAt:O}, ExpiresAt = {ExpiresAt:O} }}";
}

/// <summary>How many sessions there are.</summary>
/// <param name="Sessions">How many sessions.</param>
/// <param name="Keys">How many keys have one.</param>
public sealed record SessionCount(long Sessions, long Keys);

/// <summary>One page of a walk through all sessions.</summary>
/// <param name="Sessions">The sessions, each with its key.</param>
/// <param name="Next">Where the next page begins: <see cref="QuerySessions.After"/>; null at the end.</param>
public sealed record SessionPage(IReadOnlyList<KeyedSessionInfo> Sessions, string? Next)
{
    /// <summary>How many there are; never keys or data.</summary>
    public override string ToString() => $"SessionPage {{ Sessions = {Sessions.Count} }}";
}

/// <summary>A session and its key.</summary>
/// <param name="SessionKey">Whose session it is.</param>
/// <param name="Session">The session.</param>
public sealed record KeyedSessionInfo(string SessionKey, SessionInfo Session)
{
    /// <summary>The session without its key and data.</summary>
    public override string ToString() => $"KeyedSessionInfo {{ {Session} }}";
}
