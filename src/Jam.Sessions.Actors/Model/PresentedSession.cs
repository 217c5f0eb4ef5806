namespace Jam.Sessions.Actors.Model;

/// <summary>A session for a host that named it by another id than the engine keeps: its <see cref="Session.Id"/> is what the host presented.</summary>
internal sealed class PresentedSession(Document session, string id) : Session(id, session.Key, session.Data, session.CreatedAtSeconds)
{
    public override SessionLifetime? Lifetime => session.Lifetime;

    public override DateTimeOffset? LastSeenAt => session.LastSeenAt;

    public override DateTimeOffset? ExpiresAt => session.ExpiresAt;

    public override string Handle => session.Handle;
}
