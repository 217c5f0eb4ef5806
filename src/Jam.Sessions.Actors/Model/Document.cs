namespace Jam.Sessions.Actors.Model;

/// <summary>A session as the engine keeps it: a document of the file, with its place among the others.</summary>
/// <remarks>A host gets this very object as a <see cref="Session"/>: a read copies nothing.</remarks>
internal sealed class Document : Session
{
    /// <summary>Document ids from here on, and as far below 0, are <see cref="LargeDocumentIds"/>.</summary>
    public const long DocumentIdLimit = 1L << 62;

    /// <summary>Stands for a document id that is no whole number.</summary>
    public const long NoDocumentId = long.MinValue;

    private volatile bool _isInTransit;

    public Document(string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw)
        : this(id, key, data, createdAtSeconds, documentId, raw, SessionIds.HashOf(id)) { }

    private Document(string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw, int idHash)
        : base(id, key, data, createdAtSeconds)
    {
        DocumentId = documentId;
        Raw = raw;
        IdHash = idHash;
    }

    /// <summary>A document that is kept but never served: not an object, or with a name that is no whole number.</summary>
    public bool IsOpaque => Raw is [(byte)'"', ..];

    /// <summary>The TinyDB document id, unique in the file.</summary>
    public long DocumentId { get; }

    /// <summary>
    /// The document as the file has it, where the four properties cannot say it all (foreign fields, another order, a key that is not a
    /// string); else null. Id and data in it are replaced when the document is written. Of an opaque document, name and value.
    /// </summary>
    public byte[]? Raw { get; }

    /// <summary>Of the id, see <see cref="SessionIds.HashOf"/>.</summary>
    public int IdHash { get; }

    /// <summary>The place in file order, kept by the writer.</summary>
    public int Place { get; set; } = -1;

    /// <summary>True while the session leaves or arrives together with others: then a reader sees it if its owner has it.</summary>
    public bool IsInTransit
    {
        get => _isInTransit;
        set => _isInTransit = value;
    }

    public Document WithId(string id) => new(id, Key, Data, CreatedAtSeconds, DocumentId, Raw);

    public Document WithData(SessionData data) => new(Id, Key, data, CreatedAtSeconds, DocumentId, Raw, IdHash);
}
