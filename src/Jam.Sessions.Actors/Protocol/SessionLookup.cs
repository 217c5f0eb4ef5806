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

/// <summary>There is no session with this id: it never existed, has ended, or has a new id.</summary>
public sealed record SessionMissing : SessionLookup
{
    /// <summary>Where nothing more is known.</summary>
    public static readonly SessionMissing Instance = new(SessionEndReason.Unknown);

    private static readonly SessionMissing[] s_all = [Instance, .. Enum.GetValues<SessionEndReason>().Skip(1).Select(why => new SessionMissing(why))];

    /// <summary>Creates the reply, as a fake of <see cref="IJamSessions"/> may want to.</summary>
    /// <param name="Why">Why there is none, as far as that is known.</param>
    public SessionMissing(SessionEndReason Why) => this.Why = Why;

    /// <summary>Why there is none, as far as that is known.</summary>
    public SessionEndReason Why { get; }

    internal static SessionMissing Because(SessionEndReason why) => s_all[(int)why];
}
