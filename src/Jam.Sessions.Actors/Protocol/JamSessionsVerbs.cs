namespace Jam.Sessions.Actors;

/// <summary>Verbs over <see cref="IJamSessions.SendAsync"/>.</summary>
public static class JamSessionsVerbs
{
    /// <summary>Looks for the session of an id: <see cref="SessionFound"/>, or <see cref="SessionMissing"/> and, where that is known, why.</summary>
    /// <remarks>Where null says enough, <see cref="IJamSessions.GetAsync"/> allocates nothing.</remarks>
    /// <param name="sessions">The engine.</param>
    /// <param name="sessionId">The id; compared by exact code units.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionDataException">The file holds data for this id that cannot be read.</exception>
    public static Task<SessionLookup> LookupAsync(this IJamSessions sessions, string sessionId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        return sessions.SendAsync(new GetSession(sessionId), cancellationToken);
    }
}
