using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore;

using Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>The session that signs a request's user in: its times, its data, its end. Never its id.</summary>
public sealed class JamSession
{
    private readonly StoreAccess _store;
    private readonly HttpContext _http;
    private Session _session;
    private SessionWatch.SessionEnd? _end;

    internal JamSession(StoreAccess store, HttpContext http, string id, Session session) => (_store, _http, Id, _session) = (store, http, id, session);

    /// <summary>The session's name for pages and logs, which opens nothing.</summary>
    public string Handle => _session.Handle;

    /// <summary>When the session began, in UTC: the first sign-in in this browser that led to it.</summary>
    public DateTimeOffset? CreatedAt => _session.CreatedAt;

    /// <summary>When the session was last used, in UTC; null where no lifetime asks for that.</summary>
    public DateTimeOffset? LastSeenAt => _session.LastSeenAt;

    /// <summary>When the session ends if nobody uses it, in UTC; null: never. This decides, not the times of the authentication ticket.</summary>
    public DateTimeOffset? ExpiresAt => _session.ExpiresAt;

    /// <summary>What the application keeps in the session, as it was when the request began, or when this request last changed it.</summary>
    public SessionData Data => Members.OfApplication(_session.Data);

    /// <summary>Is cancelled when the session has ended: at most a second after it was ended, at most a sweep after it expired.</summary>
    /// <remarks>For connections that stay open; a new id (signing in again) is no end. It is watched until the response is over.</remarks>
    public CancellationToken Ended
    {
        get
        {
            if (_end is null)
            {
                _end = _store.Watch.Begin(_session.Key, Handle);
                _http.Response.RegisterForDispose(_end);
            }

            return _end.Token;
        }
    }

    internal string Id { get; }

    internal string Key => _session.Key;

    internal SessionData AllData => _session.Data;

    internal StoreAccess Store => _store;

    /// <summary>Sets and removes members of the session's data; of two requests that change different members both are kept.</summary>
    /// <param name="set">Members to set, each as a whole; null: none.</param>
    /// <param name="remove">Names of members to remove; null: none.</param>
    /// <exception cref="ArgumentException">A name is reserved, see the package's readme.</exception>
    /// <exception cref="SessionNotFoundException">The session has ended meanwhile; nothing was revived.</exception>
    /// <exception cref="SessionDataException">The session would become larger than <see cref="JamSessionsOptions.MaxDataBytes"/>.</exception>
    /// <exception cref="SessionStoreException">The disk refused; nothing was changed.</exception>
    public Task PatchAsync(SessionData? set = null, IEnumerable<string>? remove = null)
    {
        string[] removed = [.. remove ?? []];
        Members.RefuseReserved(set, removed);
        return PatchAllAsync(set, removed);
    }

    /// <summary>Changes the session's data by a function of what it holds; where somebody else was faster, the function is called again with what they left.</summary>
    /// <param name="change">Makes the new data. Without side effects: it may be called several times.</param>
    /// <returns>The data as it was written.</returns>
    /// <inheritdoc cref="PatchAsync" path="/exception" />
    public async Task<SessionData> UpdateAsync(Func<SessionData, SessionData> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var written = await _store.FollowAsync(Id, (sessions, id) => sessions.UpdateAsync(id, before =>
        {
            var after = change(Members.OfApplication(before));
            Members.RefuseReserved(after);
            return Members.Merged(before, after, Members.IsReserved);
        }));
        await RefreshAsync();
        return Members.OfApplication(written);
    }

    /// <summary>Counts as activity. False where the session has ended.</summary>
    internal async Task<bool> TouchAsync()
    {
        try
        {
            return await _store.FollowAsync(Id, static async (sessions, id) =>
            {
                await sessions.TouchAsync(id);
                return true;
            });
        }
        catch (SessionNotFoundException)
        {
            return false;
        }
    }

    /// <summary>The same for reserved members too.</summary>
    internal async Task PatchAllAsync(SessionData? set, IReadOnlyList<string> remove)
    {
        await _store.FollowAsync(Id, (sessions, id) => sessions.SendAsync(new PatchSession(id, set, remove)));
        await RefreshAsync();
    }

    private async Task RefreshAsync()
    {
        try
        {
            _session = await _store.FollowAsync(Id, static async (sessions, id) => await sessions.PeekAsync(id) ?? throw new SessionNotFoundException());
        }
        catch (SessionNotFoundException)
        {
            // It has ended since; it is shown as it was.
        }
    }
}
