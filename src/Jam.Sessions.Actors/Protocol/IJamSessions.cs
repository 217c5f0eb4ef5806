using Akka;

namespace Jam.Sessions.Actors;

/// <summary>The engine as method calls, for hosts that prefer them to messages. Thread-safe.</summary>
/// <remarks>
/// A cancelled call stops waiting; the operation itself still has one definite outcome, which may be that it happened.
/// Every method may throw <see cref="SessionsStoppingException"/>; those that change something, <see cref="SessionStoreException"/>.
/// </remarks>
public interface IJamSessions
{
    /// <summary>Creates a session and returns its id.</summary>
    /// <exception cref="SessionDataException">The data is larger than <see cref="JamSessionsOptions.MaxDataBytes"/>.</exception>
    /// <exception cref="SessionKeyException">The key is longer than <see cref="JamSessionsOptions.MaxKeyLength"/>.</exception>
    /// <exception cref="SessionIdFactoryException">The id factory failed.</exception>
    Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default);

    /// <summary>The session of an id, or null where there is none. Reads what is committed, without a message.</summary>
    /// <exception cref="SessionDataException">The file holds data for this id that cannot be read.</exception>
    ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default);

    /// <summary>Replaces a session's data (no merge).</summary>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="SessionDataException">The data is larger than <see cref="JamSessionsOptions.MaxDataBytes"/>.</exception>
    Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default);

    /// <summary>Removes a session; false where there was none.</summary>
    Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default);

    /// <summary>Removes all sessions of a key; returns how many there were.</summary>
    Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default);

    /// <summary>Gives a session a new id and returns it; the old one is dead at once.</summary>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="SessionIdFactoryException">The id factory failed.</exception>
    Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default);

    /// <summary>Writes every accepted change into the JSON file itself.</summary>
    /// <remarks>
    /// It writes the whole file anew and syncs it, in time proportional to all sessions (a second or more for a million), whatever has changed.
    /// Nobody needs it for durability. Calls that come together share one such write, and changes go on meanwhile.
    /// </remarks>
    /// <exception cref="SessionStoreException">The disk refused; the journal still holds every change.</exception>
    Task FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends any request, and returns what it is answered with. Verbs that come later are extension methods over this one.</summary>
    /// <remarks>Who implements this interface need not implement it: the seven verbs above are called, and others are not supported.</remarks>
    /// <typeparam name="TReply">What the request is answered with.</typeparam>
    /// <param name="request">A message such as <see cref="CreateSession"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the request.</param>
    /// <exception cref="NotSupportedException">This implementation does not know the request.</exception>
    Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) => SendByVerb(this, request, cancellationToken);

    /// <summary>Calls the method that stands for a request.</summary>
    internal static async Task<TReply> SendByVerb<TReply>(IJamSessions sessions, ISessionRequest<TReply> request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (TReply)await ReplyOf(sessions, request, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<object> ReplyOf(IJamSessions sessions, ISessionMessage request, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case CreateSession create:
                return await sessions.CreateAsync(create.SessionKey, create.Data, cancellationToken).ConfigureAwait(false);
            case GetSession get:
                return await sessions.GetAsync(get.SessionId, cancellationToken).ConfigureAwait(false) is { } session ? new SessionFound(session) : SessionMissing.Instance;
            case UpdateSession update:
                await sessions.UpdateAsync(update.SessionId, update.Data, cancellationToken).ConfigureAwait(false);
                return Done.Instance;
            case DeleteSession delete:
                return await sessions.DeleteAsync(delete.SessionId, cancellationToken).ConfigureAwait(false);
            case ClearSessions clear:
                return await sessions.ClearAsync(clear.SessionKey, cancellationToken).ConfigureAwait(false);
            case ReworkSession rework:
                return await sessions.ReworkAsync(rework.SessionId, cancellationToken).ConfigureAwait(false);
            case FlushSessions:
                await sessions.FlushAsync(cancellationToken).ConfigureAwait(false);
                return Done.Instance;
            default:
                throw new NotSupportedException($"{sessions.GetType().Name} does not know {request.GetType().Name}.");
        }
    }
}
