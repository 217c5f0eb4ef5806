namespace Jam.Sessions.Actors;

/// <summary>A session: who (<see cref="Key"/>), under which secret (<see cref="Id"/>), with what (<see cref="Data"/>), since when.</summary>
/// <remarks>
/// Any thread may keep and read it. It shows the session as it was when it was read, but for <see cref="LastSeenAt"/> and
/// <see cref="ExpiresAt"/>, which move on while the session is used.
/// </remarks>
public class Session : IEquatable<Session>
{
    /// <summary>Creates a session value, as a fake of <see cref="IJamSessions"/> may want to.</summary>
    /// <param name="Id">The session id.</param>
    /// <param name="Key">The session key.</param>
    /// <param name="Data">The session's data.</param>
    /// <param name="CreatedAt">When the session was created; kept to the microsecond. Null where that is not known.</param>
    public Session(string Id, string Key, SessionData Data, DateTimeOffset? CreatedAt)
        : this(Id, Key, Data, CreatedAt is { } time ? UnixTime.FromDateTimeOffset(time) : double.NaN) { }

    private protected Session(string id, string key, SessionData data, double createdAtSeconds)
    {
        Id = id;
        Key = key;
        Data = data;
        CreatedAtSeconds = createdAtSeconds;
    }

    /// <summary>The session id: a bearer secret. With encryption on, the <c>J$_</c> token.</summary>
    public string Id { get; }

    /// <summary>The session key; empty for a document of the file whose key is not a string.</summary>
    public string Key { get; }

    /// <summary>What the session holds.</summary>
    public SessionData Data { get; }

    /// <summary>When the session was created, in UTC; null where the file does not say, or says no time that there is.</summary>
    public DateTimeOffset? CreatedAt => UnixTime.ToDateTimeOffset(CreatedAtSeconds);

    /// <summary>The lifetime of the session's own; null where the store's defaults hold.</summary>
    public virtual SessionLifetime? Lifetime => null;

    /// <summary>When the session was last used, in UTC and to the second; null where no lifetime asks for that.</summary>
    public virtual DateTimeOffset? LastSeenAt => null;

    /// <summary>When the session ends if nobody uses it, in UTC; null where that is never. At this very instant it has ended.</summary>
    public virtual DateTimeOffset? ExpiresAt => null;

    /// <summary>The session's name that is no secret, see <see cref="SessionInfo.Handle"/>; empty for a value that no engine made.</summary>
    public virtual string Handle => "";

    /// <summary>The creation as jam's file holds it: Unix seconds; not a number where it holds none.</summary>
    internal double CreatedAtSeconds { get; }

    /// <summary>Equal when id, key, data and creation time are.</summary>
    public static bool operator ==(Session? left, Session? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Not equal when id, key, data or creation time differ.</summary>
    public static bool operator !=(Session? left, Session? right) => !(left == right);

    /// <summary>Equal when id, key, data and creation time are.</summary>
    public bool Equals(Session? other) =>
        other is not null && Id == other.Id && Key == other.Key && Data.Equals(other.Data) && CreatedAtSeconds.Equals(other.CreatedAtSeconds);

    /// <inheritdoc />
    public sealed override bool Equals(object? obj) => Equals(obj as Session);

    /// <inheritdoc />
    public sealed override int GetHashCode() => HashCode.Combine(Id, Key, Data, CreatedAtSeconds);

    /// <summary>Takes the session apart.</summary>
    public void Deconstruct(out string Id, out string Key, out SessionData Data, out DateTimeOffset? CreatedAt) =>
        (Id, Key, Data, CreatedAt) = (this.Id, this.Key, this.Data, this.CreatedAt);

    /// <summary>The size of the data only: an id or data never reaches a log by accident.</summary>
    public sealed override string ToString() => $"Session {{ Data = {Data} }}";
}
