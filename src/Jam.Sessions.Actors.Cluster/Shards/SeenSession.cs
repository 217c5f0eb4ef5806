using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>A session as it was when it was read, under the id that was presented.</summary>
internal sealed class SeenSession : Session
{
    public SeenSession(Document session, string id) : this(
        id, session.Key, session.Data, session.CreatedAtSeconds, session.Lifetime, session.LastSeenAt, session.ExpiresAt, session.Handle)
    {
    }

    public SeenSession(
        string id, string key, SessionData data, double createdAtSeconds, SessionLifetime? lifetime, DateTimeOffset? lastSeenAt, DateTimeOffset? expiresAt, string handle)
        : base(id, key, data, createdAtSeconds) => (Lifetime, LastSeenAt, ExpiresAt, Handle) = (lifetime, lastSeenAt, expiresAt, handle);

    public override SessionLifetime? Lifetime { get; }

    public override DateTimeOffset? LastSeenAt { get; }

    public override DateTimeOffset? ExpiresAt { get; }

    public override string Handle { get; }
}
