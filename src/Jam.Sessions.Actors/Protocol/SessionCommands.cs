using Akka;
using Akka.Actor;

namespace Jam.Sessions.Actors;

/// <summary>What a host may ask of the engine. Every message gets exactly one reply.</summary>
/// <remarks>
/// Arguments are checked here, on the caller's thread, so that no actor ever meets a bad one. No message prints an id, a key or data.
/// They stay in the process, so Akka's check that messages can be serialized (<c>akka.actor.serialize-messages</c>) passes them by.
/// </remarks>
public interface ISessionMessage : INoSerializationVerificationNeeded;

/// <summary>A message that says what it is answered with: <see cref="IJamSessions.SendAsync"/> sends any of them, and so does <c>Ask</c>.</summary>
/// <typeparam name="TReply">What the engine replies.</typeparam>
public interface ISessionRequest<TReply> : ISessionMessage;

/// <summary>A message that changes sessions: decided by the actor of one session key, one at a time.</summary>
internal interface ISessionCommand : ISessionMessage;

/// <summary>A command about the session that an id names.</summary>
internal interface ISessionIdCommand : ISessionCommand
{
    string SessionId { get; }
}

/// <summary>Creates a session. Reply: <see cref="string"/>, the new session id.</summary>
/// <remarks>
/// With the default durability the reply means that the session survives a crash. Failures: <see cref="SessionDataException"/> (data over
/// <see cref="JamSessionsOptions.MaxDataBytes"/>), <see cref="SessionKeyException"/> (key over <see cref="JamSessionsOptions.MaxKeyLength"/>),
/// <see cref="SessionIdFactoryException"/>, <see cref="SessionLimitException"/> (<see cref="JamSessionsOptions.MaxSessionsPerKey"/>),
/// <see cref="SessionCapacityException"/> (<see cref="JamSessionsOptions.MaxSessions"/>), <see cref="SessionStoreException"/>, <see cref="SessionsStoppingException"/>.
/// </remarks>
public sealed record CreateSession : ISessionRequest<string>, ISessionCommand
{
    /// <summary>Creates the message.</summary>
    /// <param name="sessionKey">Whose session it is, for example a user id: 1 to <see cref="SessionKeys.MaxLength"/> UTF-16 units.</param>
    /// <param name="data">What the session holds.</param>
    /// <exception cref="ArgumentException">The key is null, empty or too long, or the data is null.</exception>
    public CreateSession(string sessionKey, SessionData data)
    {
        SessionKey = SessionKeys.Checked(sessionKey);
        Data = data ?? throw new ArgumentNullException(nameof(data));
    }

    /// <summary>Whose session it is.</summary>
    public string SessionKey { get; }

    /// <summary>What the session holds.</summary>
    public SessionData Data { get; }

    /// <summary>How long this session lives; null: as the store's sessions do.</summary>
    public SessionLifetime? Lifetime { get; init; }

    /// <summary>The message's name and the size of its data; never the key or the data.</summary>
    public override string ToString() => $"CreateSession {{ Data = {Data} }}";
}

/// <summary>Asks for the session of an id. Reply: <see cref="SessionLookup"/>.</summary>
/// <remarks>Answered from what is committed, without waiting for writes. Counts as activity, see <see cref="PeekSession"/>. Failure: <see cref="SessionDataException"/> when the file holds
/// data for this id that cannot be read (for example encrypted with another key).</remarks>
public sealed record GetSession : ISessionRequest<SessionLookup>, ISessionQuery
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty.</exception>
    public GetSession(string sessionId) => SessionId = SessionIds.Checked(sessionId);

    /// <summary>The id to look up; compared by exact code units.</summary>
    public string SessionId { get; }

    /// <summary>The message's name; never the id.</summary>
    public override string ToString() => nameof(GetSession);
}

/// <summary>Replaces the data of a session (no merge). Reply: <see cref="Akka.Done"/>.</summary>
/// <remarks>
/// Failures: <see cref="SessionNotFoundException"/>, <see cref="SessionConflictException"/> where <see cref="Expected"/> is set, and those of
/// <see cref="CreateSession"/> that concern data and store.
/// </remarks>
public sealed record UpdateSession : ISessionRequest<Done>, ISessionIdCommand
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty, or the data is null.</exception>
    public UpdateSession(string sessionId, SessionData data)
    {
        SessionId = SessionIds.Checked(sessionId);
        Data = data ?? throw new ArgumentNullException(nameof(data));
    }

    /// <summary>The id of the session.</summary>
    public string SessionId { get; }

    /// <summary>What the session holds from now on.</summary>
    public SessionData Data { get; }

    /// <summary>The data as it was read: it is replaced only if the session still holds exactly this text. Null: whatever it holds.</summary>
    public SessionData? Expected { get; init; }

    /// <summary>How long the session lives from now on; null, or what is null in it: as before.</summary>
    public SessionLifetime? Lifetime { get; init; }

    /// <summary>The message's name and the size of its data; never the id or the data.</summary>
    public override string ToString() => $"UpdateSession {{ Data = {Data} }}";
}

/// <summary>Sets and removes members of a session's data; other members keep their bytes. Reply: <see cref="Akka.Done"/>.</summary>
/// <remarks>
/// Decided one at a time, so two requests that change different members are both kept. Of a name that occurs twice one member is left.
/// Failures: <see cref="SessionNotFoundException"/>, and those of <see cref="CreateSession"/> that concern data (of the result) and store.
/// </remarks>
public sealed record PatchSession : ISessionRequest<Done>, ISessionIdCommand
{
    /// <summary>Creates the message.</summary>
    /// <param name="sessionId">The id of the session.</param>
    /// <param name="set">Members to set, each as a whole; null: none.</param>
    /// <param name="remove">Names of members to remove; what is not there is no error; null: none.</param>
    /// <exception cref="ArgumentException">The id is null or empty, a name is null, or a name is set and removed.</exception>
    /// <exception cref="SessionDataException">A name to set has an unpaired surrogate.</exception>
    public PatchSession(string sessionId, SessionData? set = null, IEnumerable<string>? remove = null)
    {
        SessionId = SessionIds.Checked(sessionId);
        Set = set ?? SessionData.Empty;
        Remove = remove is null ? [] : [.. remove];
        Patch = DataPatch.Of(Set, Remove);
    }

    /// <summary>The id of the session.</summary>
    public string SessionId { get; }

    /// <summary>Members to set.</summary>
    public SessionData Set { get; }

    /// <summary>Names of members to remove.</summary>
    public IReadOnlyList<string> Remove { get; }

    internal DataPatch Patch { get; }

    /// <summary>The message's name; never the id, names or data.</summary>
    public override string ToString() => nameof(PatchSession);
}

/// <summary>Counts as activity, and nothing else; or gives a session another lifetime. Reply: <see cref="Akka.Done"/>.</summary>
/// <remarks>Without a lifetime it is answered at once, as a read is. Failures: <see cref="SessionNotFoundException"/>, and with a lifetime those that concern the store.</remarks>
public sealed record TouchSession : ISessionRequest<Done>, ISessionIdCommand
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty.</exception>
    public TouchSession(string sessionId) => SessionId = SessionIds.Checked(sessionId);

    /// <summary>The id of the session.</summary>
    public string SessionId { get; }

    /// <summary>How long the session lives from now on; null, or what is null in it: as before.</summary>
    public SessionLifetime? Lifetime { get; init; }

    /// <summary>The message's name; never the id.</summary>
    public override string ToString() => nameof(TouchSession);
}

/// <summary>Removes a session. Reply: <see cref="bool"/>, whether there was one.</summary>
public sealed record DeleteSession : ISessionRequest<bool>, ISessionIdCommand
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty.</exception>
    public DeleteSession(string sessionId) => SessionId = SessionIds.Checked(sessionId);

    /// <summary>The id of the session.</summary>
    public string SessionId { get; }

    /// <summary>The message's name; never the id.</summary>
    public override string ToString() => nameof(DeleteSession);
}

/// <summary>Removes the session of a key that has a handle, as <see cref="ListSessions"/> shows it. Reply: <see cref="bool"/>, whether there was one.</summary>
/// <remarks>A handle of another key's session is none of this key's: false.</remarks>
public sealed record EndSession : ISessionRequest<bool>, ISessionCommand
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The key or the handle is null or empty.</exception>
    public EndSession(string sessionKey, string handle)
    {
        ArgumentException.ThrowIfNullOrEmpty(handle);
        (SessionKey, Handle) = (SessionKeys.NotEmpty(sessionKey), handle);
    }

    /// <summary>Whose session it is.</summary>
    public string SessionKey { get; }

    /// <summary>The session's handle.</summary>
    public string Handle { get; }

    /// <summary>The message's name; never the key.</summary>
    public override string ToString() => nameof(EndSession);
}

/// <summary>Removes all sessions of a key, or all but one. Reply: <see cref="int"/>, how many it removed.</summary>
public sealed record ClearSessions : ISessionRequest<int>, ISessionCommand
{
    /// <summary>Creates the message.</summary>
    /// <param name="sessionKey">Whose sessions; of any length, for a file may have brought longer keys than new sessions can have.</param>
    /// <exception cref="ArgumentException">The key is null or empty.</exception>
    public ClearSessions(string sessionKey) => SessionKey = SessionKeys.NotEmpty(sessionKey);

    /// <summary>Whose sessions are removed.</summary>
    public string SessionKey { get; }

    /// <summary>The id of the session that stays, as for "sign out everywhere else"; null: none. An id that names none of the key's sessions keeps none.</summary>
    public string? Except { get; init; }

    /// <summary>The message's name; never the key.</summary>
    public override string ToString() => nameof(ClearSessions);
}

/// <summary>Gives a session a new id; the old one is dead at once. Reply: <see cref="string"/>, the new id.</summary>
/// <remarks>Key, creation time and the greatest age stay; so do data and lifetime, unless new ones are given. Failures: those of data where it is given, <see cref="SessionConflictException"/> where <see cref="Expected"/> is set, and
/// <see cref="SessionNotFoundException"/>, <see cref="SessionIdFactoryException"/>, <see cref="SessionStoreException"/>, <see cref="SessionsStoppingException"/>.</remarks>
public sealed record ReworkSession : ISessionRequest<string>, ISessionIdCommand
{
    /// <summary>Creates the message.</summary>
    /// <exception cref="ArgumentException">The id is null or empty.</exception>
    public ReworkSession(string sessionId) => SessionId = SessionIds.Checked(sessionId);

    /// <summary>The id that the session has now.</summary>
    public string SessionId { get; }

    /// <summary>What the session holds from now on; null: what it holds.</summary>
    public SessionData? Data { get; init; }

    /// <summary>The data as it was read: the session is reworked only if it still holds exactly this text. Null: whatever it holds.</summary>
    public SessionData? Expected { get; init; }

    /// <summary>How long the session lives from now on; null, or what is null in it: as before.</summary>
    public SessionLifetime? Lifetime { get; init; }

    /// <summary>The message's name; never the id.</summary>
    public override string ToString() => nameof(ReworkSession);
}

/// <summary>Takes the sessions of an owner away that have ended by themselves. The reply is how many there were.</summary>
internal sealed record ExpireSessions : ISessionCommand
{
    public static readonly ExpireSessions Instance = new();
}

/// <summary>The id before a session's last rework was used after its time. The reply is <see cref="Done"/>.</summary>
/// <param name="SessionId">The id that the session has now, as it is kept.</param>
/// <param name="Digest">Of the id that was used.</param>
internal sealed record NoteReplay(string SessionId, string Digest) : ISessionCommand
{
    /// <summary>The message's name; never the ids.</summary>
    public override string ToString() => nameof(NoteReplay);
}

/// <summary>Writes every accepted change into the JSON file itself. Reply: <see cref="Akka.Done"/>.</summary>
/// <remarks>Not needed for durability: for a backup of the file, or before another program reads it. It rewrites the whole file: see <see cref="IJamSessions.FlushAsync"/>.
/// Failure: <see cref="SessionStoreException"/>.</remarks>
public sealed record FlushSessions : ISessionRequest<Done>;
