using Akka.Actor;

namespace Jam.Sessions.Actors;

/// <summary>The answer to <see cref="GetSession"/>: <see cref="SessionFound"/> or <see cref="SessionMissing"/>.</summary>
public abstract record SessionLookup : INoSerializationVerificationNeeded
{
    private protected SessionLookup() { }
}

/// <summary>There is such a session.</summary>
/// <param name="Session">The session, as it was last committed.</param>
public sealed record SessionFound(Session Session) : SessionLookup
{
    /// <summary>The reply's name and the size of the session's data.</summary>
    public override string ToString() => $"SessionFound {{ {Session} }}";
}

/// <summary>There is no session with this id: it never existed, was removed, or has a new id.</summary>
public sealed record SessionMissing : SessionLookup
{
    /// <summary>The only value.</summary>
    public static readonly SessionMissing Instance = new();

    private SessionMissing() { }
}
