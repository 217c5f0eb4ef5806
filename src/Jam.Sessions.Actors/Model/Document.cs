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

    /// <param name="id">The session id.</param>
    /// <param name="key">The session key.</param>
    /// <param name="data">The data.</param>
    /// <param name="createdAtSeconds">Unix seconds; not a number where they are not known.</param>
    /// <param name="documentId">See <see cref="DocumentId"/>.</param>
    /// <param name="raw">See <see cref="Raw"/>.</param>
    /// <param name="liveness">See <see cref="Liveness"/>.</param>
    /// <param name="terms">See <see cref="Terms"/>.</param>
    public Document(
        string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw, Liveness? liveness = null, LifetimeTerms? terms = null)
        : base(id, key, data, createdAtSeconds)
    {
        DocumentId = documentId;
        Raw = raw;
        IdHash = SessionIds.HashOf(id);
        (Liveness, Terms) = (liveness, terms);
    }

    private Document(Document before, string id, SessionData data, LifetimeTerms? terms)
        : base(id, before.Key, data, before.CreatedAtSeconds)
    {
        DocumentId = before.DocumentId;
        Raw = before.Raw;
        IdHash = ReferenceEquals(id, before.Id) ? before.IdHash : SessionIds.HashOf(id);
        (Liveness, Terms) = (before.Liveness, terms);
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

    /// <summary>When it was last seen; null where no lifetime asks for that. Versions of a session share it.</summary>
    public Liveness? Liveness { get; }

    /// <summary>How long it may live; null where <see cref="Liveness"/> is.</summary>
    public LifetimeTerms? Terms { get; }

    public override SessionLifetime? Lifetime => Terms?.Own;

    public override DateTimeOffset? LastSeenAt => Liveness is { } life ? new DateTimeOffset(life.Seen, TimeSpan.Zero) : null;

    public override DateTimeOffset? ExpiresAt =>
        Liveness is { } life && Terms!.Deadline(life.Seen, CreatedAtSeconds) is var deadline && deadline <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(deadline, TimeSpan.Zero)
            : null;

    public override string Handle => Handles.Of(this);

    /// <summary>Whether the session has not ended yet.</summary>
    /// <param name="now">UTC ticks.</param>
    public bool IsAliveAt(long now) => Liveness is not { } life || life.IsAliveAt(now, Terms!, CreatedAtSeconds);

    /// <summary>Notes that the session is used; false where it has ended.</summary>
    /// <param name="now">UTC ticks.</param>
    /// <param name="isLater">Whether it was last used in another second.</param>
    public bool TrySee(long now, out bool isLater)
    {
        isLater = false;
        return Liveness is not { } life || life.TrySee(now, Terms!, CreatedAtSeconds, out isLater);
    }

    /// <summary>Why the session has ended, once it has.</summary>
    public SessionEndReason WhyEnded() => Terms!.Why(Liveness!.Seen, CreatedAtSeconds);

    public Document WithId(string id) => new(this, id, Data, Terms);

    public Document WithData(SessionData data) => new(this, Id, data, Terms);

    /// <summary>A session that was not timed is from now on.</summary>
    public Document WithTerms(LifetimeTerms terms, long now) =>
        Liveness is null ? new(Id, Key, Data, CreatedAtSeconds, DocumentId, Raw, new Liveness(now), terms) : new(this, Id, Data, terms);
}
