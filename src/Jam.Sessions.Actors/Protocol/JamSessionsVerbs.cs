using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors;

/// <summary>Verbs over <see cref="IJamSessions.SendAsync"/>. Those that <see cref="IJamSessions"/> has itself are there for the most frequent use.</summary>
public static class JamSessionsVerbs
{
    /// <summary>Creates a session with a lifetime of its own, and returns its id.</summary>
    /// <inheritdoc cref="IJamSessions.CreateAsync" path="/exception" />
    public static Task<string> CreateAsync(
        this IJamSessions sessions, string sessionKey, SessionData data, SessionLifetime? lifetime, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new CreateSession(sessionKey, data) { Lifetime = lifetime }, cancellationToken);

    /// <summary>Looks for the session of an id: <see cref="SessionFound"/>, or <see cref="SessionMissing"/> and, where that is known, why. Counts as activity.</summary>
    /// <remarks>Where null says enough, <see cref="IJamSessions.GetAsync"/> allocates nothing.</remarks>
    /// <param name="sessions">The engine.</param>
    /// <param name="sessionId">The id; compared by exact code units.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SessionDataException">The file holds data for this id that cannot be read.</exception>
    public static Task<SessionLookup> LookupAsync(this IJamSessions sessions, string sessionId, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new GetSession(sessionId), cancellationToken);

    /// <summary>The session of an id, or null where there is none. Does not count as activity.</summary>
    /// <exception cref="SessionDataException">The file holds data for this id that cannot be read.</exception>
    public static async ValueTask<Session?> PeekAsync(this IJamSessions sessions, string sessionId, CancellationToken cancellationToken = default) =>
        await Checked(sessions).SendAsync(new PeekSession(sessionId), cancellationToken).ConfigureAwait(false) is SessionFound found ? found.Session : null;

    /// <summary>Counts as activity, and gives the session another lifetime where one is given.</summary>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    public static Task TouchAsync(
        this IJamSessions sessions, string sessionId, SessionLifetime? lifetime = null, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new TouchSession(sessionId) { Lifetime = lifetime }, cancellationToken);

    /// <summary>Sets and removes members of a session's data; other members keep their bytes.</summary>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="SessionDataException">The result is larger than <see cref="JamSessionsOptions.MaxDataBytes"/>, or what the session holds is no JSON object.</exception>
    public static Task PatchAsync(
        this IJamSessions sessions, string sessionId, SessionData? set = null, IEnumerable<string>? remove = null, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new PatchSession(sessionId, set, remove), cancellationToken);

    /// <summary>Changes a session's data by a function of what it holds; where somebody else was faster, the function is called again with what they left.</summary>
    /// <param name="sessions">The engine.</param>
    /// <param name="sessionId">The id of the session.</param>
    /// <param name="change">Makes the new data. Without side effects: it may be called several times.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The data as it was written.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="SessionDataException">The data is larger than <see cref="JamSessionsOptions.MaxDataBytes"/>, or cannot be read.</exception>
    public static async Task<SessionData> UpdateAsync(
        this IJamSessions sessions, string sessionId, Func<SessionData, SessionData> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var lookup = await LookupAsync(sessions, sessionId, cancellationToken).ConfigureAwait(false);
        var before = lookup is SessionFound found ? found.Session.Data : throw new SessionNotFoundException(((SessionMissing)lookup).Why);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var after = change(before);
            try
            {
                await sessions.SendAsync(new UpdateSession(sessionId, after) { Expected = before }, cancellationToken).ConfigureAwait(false);
                return after;
            }
            catch (SessionConflictException conflict)
            {
                before = conflict.CurrentData;
            }
        }
    }

    /// <summary>Gives a session a new id, and new data in the same change; returns the id. The old one is dead at once.</summary>
    /// <inheritdoc cref="IJamSessions.ReworkAsync" path="/exception" />
    public static Task<string> ReworkAsync(
        this IJamSessions sessions, string sessionId, SessionData? data, SessionLifetime? lifetime = null, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new ReworkSession(sessionId) { Data = data, Lifetime = lifetime }, cancellationToken);

    /// <summary>The live sessions of a key, the oldest first.</summary>
    public static Task<IReadOnlyList<SessionInfo>> ListAsync(this IJamSessions sessions, string sessionKey, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new ListSessions(sessionKey), cancellationToken);

    /// <summary>Removes the session of a key that has a handle; false where the key has none.</summary>
    public static Task<bool> EndAsync(this IJamSessions sessions, string sessionKey, string handle, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new EndSession(sessionKey, handle), cancellationToken);

    /// <summary>Removes all sessions of a key but one, in one step; returns how many.</summary>
    /// <param name="sessions">The engine.</param>
    /// <param name="sessionKey">Whose sessions.</param>
    /// <param name="exceptId">The id of the session that stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<int> ClearOthersAsync(this IJamSessions sessions, string sessionKey, string exceptId, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new ClearSessions(sessionKey) { Except = SessionIds.Checked(exceptId) }, cancellationToken);

    /// <summary>How many sessions there are: of a key exactly; of the whole store at most one sweep behind.</summary>
    /// <param name="sessions">The engine.</param>
    /// <param name="sessionKey">Whose sessions; null: those of the whole store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<SessionCount> CountAsync(this IJamSessions sessions, string? sessionKey = null, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new CountSessions(sessionKey), cancellationToken);

    /// <summary>How the engine is: for a probe, which writes nothing.</summary>
    public static Task<SessionsStatus> StatusAsync(this IJamSessions sessions, CancellationToken cancellationToken = default) =>
        Checked(sessions).SendAsync(new GetSessionsStatus(), cancellationToken);

    /// <summary>All live sessions, page after page; those that are there all the time exactly once.</summary>
    /// <param name="sessions">The engine.</param>
    /// <param name="keyPrefix">Only sessions whose keys begin with this; null: all.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public static async IAsyncEnumerable<KeyedSessionInfo> QueryAsync(
        this IJamSessions sessions, string? keyPrefix = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (string? place = null, next = ""; next is not null; place = next)
        {
            var page = await Checked(sessions).SendAsync(new QuerySessions(place, QuerySessions.MaxLimit, keyPrefix), cancellationToken).ConfigureAwait(false);
            foreach (var session in page.Sessions)
            {
                yield return session;
            }

            next = page.Next;
        }
    }

    /// <summary>What happens to sessions from the beginning of the loop on, until the engine ends.</summary>
    /// <remarks>To be sure that nothing between now and the loop is left out, send <see cref="WatchSessions"/>: its reply listens already.</remarks>
    public static async IAsyncEnumerable<SessionEvent> WatchAsync(this IJamSessions sessions, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var events = await Checked(sessions).SendAsync(new WatchSessions(), cancellationToken).ConfigureAwait(false);
        await foreach (var happened in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return happened;
        }
    }

    private static IJamSessions Checked(IJamSessions sessions) => sessions ?? throw new ArgumentNullException(nameof(sessions));
}
