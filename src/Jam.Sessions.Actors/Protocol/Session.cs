using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors;

/// <summary>A session: who (<see cref="Key"/>), under which secret (<see cref="Id"/>), with what (<see cref="Data"/>), since when.</summary>
/// <remarks>Immutable, so any thread may keep and read it; it shows the session as it was when it was read.</remarks>
public sealed record Session
{
    private volatile bool _isInTransit;

    /// <summary>Creates a session value.</summary>
    /// <param name="Id">The session id.</param>
    /// <param name="Key">The session key.</param>
    /// <param name="Data">The session's data.</param>
    /// <param name="CreatedAt">When the session was created; kept to the microsecond. Null where that is not known.</param>
    public Session(string Id, string Key, SessionData Data, DateTimeOffset? CreatedAt)
        : this(Id, Key, Data, CreatedAt is { } time ? UnixTime.FromDateTimeOffset(time) : double.NaN, documentId: 0, raw: null) { }

    internal Session(string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw)
        : this(id, key, data, createdAtSeconds, documentId, raw, SessionIds.HashOf(id)) { }

    private Session(string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw, int idHash)
    {
        Id = id;
        Key = key;
        Data = data;
        CreatedAtSeconds = createdAtSeconds;
        DocumentId = documentId;
        Raw = raw;
        IdHash = idHash;
    }

    /// <summary>The session id: a bearer secret. With encryption on, the <c>J$_</c> token.</summary>
    public string Id { get; }

    /// <summary>The session key; empty for a document of the file whose key is not a string.</summary>
    public string Key { get; }

    /// <summary>What the session holds.</summary>
    public SessionData Data { get; }

    /// <summary>When the session was created, in UTC; null where the file does not say, or says no time that there is.</summary>
    public DateTimeOffset? CreatedAt => UnixTime.ToDateTimeOffset(CreatedAtSeconds);

    /// <summary>The creation as jam's file holds it: Unix seconds; not a number where it holds none.</summary>
    internal double CreatedAtSeconds { get; }

    /// <summary>Ids from here on, and as far below 0, are <see cref="Model.LargeDocumentIds"/>.</summary>
    internal const long DocumentIdLimit = 1L << 62;

    /// <summary>Stands for a document id that is no whole number.</summary>
    internal const long NoDocumentId = long.MinValue;

    /// <summary>A document that is kept but never served: not an object, or with a name that is no whole number.</summary>
    internal bool IsOpaque => Raw is [(byte)'"', ..];

    /// <summary>The TinyDB document id, unique in the file.</summary>
    internal long DocumentId { get; }

    /// <summary>
    /// The document as the file has it, where the four properties cannot say it all (foreign fields, another order, a key that is not a
    /// string); else null. Id and data in it are replaced when the document is written. Of an opaque document, name and value.
    /// </summary>
    internal byte[]? Raw { get; }

    /// <summary>Of the id, see <see cref="SessionIds.HashOf"/>.</summary>
    internal int IdHash { get; }

    /// <summary>The place in file order, kept by the persistence actor.</summary>
    internal int Place { get; set; } = -1;

    /// <summary>True while the session leaves or arrives together with others: then a reader sees it if its owner has it.</summary>
    internal bool IsInTransit
    {
        get => _isInTransit;
        set => _isInTransit = value;
    }

    internal Session WithId(string id) => new(id, Key, Data, CreatedAtSeconds, DocumentId, Raw);

    internal Session WithData(SessionData data) => new(Id, Key, data, CreatedAtSeconds, DocumentId, Raw, IdHash);

    /// <summary>Equal when id, key, data and creation time are.</summary>
    public bool Equals(Session? other) =>
        other is not null && Id == other.Id && Key == other.Key && Data.Equals(other.Data) && CreatedAtSeconds.Equals(other.CreatedAtSeconds);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Id, Key, Data, CreatedAtSeconds);

    /// <summary>Takes the session apart.</summary>
    public void Deconstruct(out string Id, out string Key, out SessionData Data, out DateTimeOffset? CreatedAt) =>
        (Id, Key, Data, CreatedAt) = (this.Id, this.Key, this.Data, this.CreatedAt);

    /// <summary>The size of the data only: an id or data never reaches a log by accident.</summary>
    public override string ToString() => $"Session {{ Data = {Data} }}";
}
