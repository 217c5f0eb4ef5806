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
    Task FlushAsync(CancellationToken cancellationToken = default);
}
