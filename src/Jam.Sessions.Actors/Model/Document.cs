using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Model;

/// <summary>A session as the engine keeps it: a document of the file, with its place among the others.</summary>
/// <remarks>A host gets this very object as a <see cref="Session"/>, so that a read copies nothing; where its id is not what the host presented, a <see cref="PresentedSession"/>.</remarks>
internal sealed class Document : Session
{
    /// <summary>Document ids from here on, and as far below 0, are <see cref="LargeDocumentIds"/>.</summary>
    public const long DocumentIdLimit = 1L << 62;

    /// <summary>Stands for a document id that is no whole number.</summary>
    public const long NoDocumentId = long.MinValue;

    private volatile bool _isInTransit;

    // UTC ticks; their negative once the session was found past its deadline. That is for good: no touch that was on its way, no version
    // that is published later and no clock that is put back brings it to life.
    private long _seen;

    // Whole Unix seconds: up to there the disk knows that the session was seen.
    private uint _known;

    /// <param name="id">The session id, as it is kept (<see cref="StoredIds"/>).</param>
    /// <param name="key">The session key.</param>
    /// <param name="data">The data.</param>
    /// <param name="createdAtSeconds">Unix seconds; not a number where they are not known.</param>
    /// <param name="documentId">See <see cref="DocumentId"/>.</param>
    /// <param name="raw">See <see cref="Raw"/>.</param>
    /// <param name="terms">See <see cref="Terms"/>.</param>
    /// <param name="seen">When it was last seen, in UTC ticks.</param>
    /// <param name="before">See <see cref="Before"/>.</param>
    public Document(
        string id, string key, SessionData data, double createdAtSeconds, long documentId, byte[]? raw, LifetimeTerms? terms = null, long seen = 0, Predecessor? before = null)
        : base(id, key, data, createdAtSeconds)
    {
        Before = before;
        DocumentId = documentId;
        Raw = raw;
        IdHash = SessionIds.HashOf(id);
        Terms = terms;
        _seen = seen;
    }

    private Document(Document version, string id, SessionData data, LifetimeTerms? terms, Predecessor? before)
        : base(id, version.Key, data, version.CreatedAtSeconds)
    {
        DocumentId = version.DocumentId;
        Raw = version.Raw;
        IdHash = ReferenceEquals(id, version.Id) ? version.IdHash : SessionIds.HashOf(id);
        Terms = terms;
        Before = before;
        (_seen, _known) = (Volatile.Read(ref version._seen), Volatile.Read(ref version._known));
    }

    /// <summary>A document that is kept but never served: not an object, or with a name that is no whole number.</summary>
    public bool IsOpaque => Raw is [(byte)'"', ..];

    /// <summary>Whether its data could be read from the file.</summary>
    public bool IsReadable => !ReferenceEquals(Data, SessionData.Unreadable);

    /// <summary>What whoever asks for data gets that could not be read.</summary>
    public SessionDataException Unreadable => SessionDataException.UnreadableInFile(LargeDocumentIds.TextOf(DocumentId));

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

    /// <summary>How long the session may live; null where no lifetime is asked for, and then nobody notes when it is seen.</summary>
    public LifetimeTerms? Terms { get; }

    /// <summary>The id before the last rework, where uses of it are noticed; else null.</summary>
    public Predecessor? Before { get; }

    /// <summary>When it was last seen, in UTC ticks.</summary>
    public long Seen => Math.Abs(Volatile.Read(ref _seen));

    public override SessionLifetime? Lifetime => Terms?.Own;

    public override DateTimeOffset? LastSeenAt => Terms is null ? null : new DateTimeOffset(Seen, TimeSpan.Zero);

    public override DateTimeOffset? ExpiresAt => Terms is { } terms && terms.Deadline(Seen, CreatedAtSeconds) is var deadline && deadline <= DateTimeOffset.MaxValue.Ticks
        ? new DateTimeOffset(deadline, TimeSpan.Zero)
        : null;

    public override string Handle => Handles.Of(this);

    /// <summary>Whether the session has not ended yet; once it had, it has for good.</summary>
    /// <param name="now">UTC ticks.</param>
    public bool IsAliveAt(long now)
    {
        while (Terms is not null)
        {
            var seen = Volatile.Read(ref _seen);
            if (seen < 0)
            {
                return false;
            }

            if (!Terms.HaveEnded(seen, CreatedAtSeconds, now))
            {
                return true;
            }

            Interlocked.CompareExchange(ref _seen, -seen, seen);
        }

        return true;
    }

    /// <summary>Whether the session is alive, and was seen just before, so that nothing is to be noted: the answer for a busy session.</summary>
    /// <remarks>No idle time is as short, and the time of a session that has ended is near to no time.</remarks>
    /// <param name="now">UTC ticks.</param>
    public bool WasJustSeen(long now) =>
        Terms is null || ((ulong)(now - Volatile.Read(ref _seen)) < (ulong)Terms.NotedEvery && !Terms.AreTooOld(CreatedAtSeconds, now));

    /// <summary>Notes that a living session is used; false where it has ended. What was noted just before stands (<see cref="LifetimeTerms.NotedEvery"/>).</summary>
    /// <param name="now">UTC ticks.</param>
    /// <param name="isLater">Whether it was noted.</param>
    public bool TrySee(long now, out bool isLater)
    {
        isLater = false;
        while (IsAliveAt(now))
        {
            var seen = Volatile.Read(ref _seen);
            if (Terms is null || (seen >= 0 && now - seen < Terms.NotedEvery))
            {
                return true;
            }

            if (seen >= 0 && Interlocked.CompareExchange(ref _seen, now, seen) == seen)
            {
                isLater = true;
                return true;
            }
        }

        return false;
    }

    /// <summary>Why the session has ended, once it has.</summary>
    public SessionEndReason WhyEnded() => Terms!.Why(Seen, CreatedAtSeconds);

    /// <summary>Takes over what became of the version in whose place this one comes: the later use counts, and an end.</summary>
    public void TakeOver(Document before)
    {
        while (Terms is not null && before.Terms is not null)
        {
            var (mine, its) = (Volatile.Read(ref _seen), Volatile.Read(ref before._seen));
            var later = Math.Max(Math.Abs(mine), Math.Abs(its));
            later = mine < 0 || its < 0 ? -later : later;
            if (later == mine || Interlocked.CompareExchange(ref _seen, later, mine) == mine)
            {
                Know(Volatile.Read(ref before._known));
                return;
            }
        }
    }

    /// <summary>The disk says that it was seen by then, in Unix seconds. A time to come is now.</summary>
    public void Restore(double seconds, long now)
    {
        var ticks = Math.Min(UnixTime.ToTicks(seconds), now);
        _seen = Math.Max(_seen, ticks);
        Know(UnixTime.ToWholeSeconds(ticks));
    }

    /// <summary>Whether the disk should be told that it was seen, since what it knows is no longer enough. Whoever is told so tells it, and nobody else.</summary>
    /// <param name="until">Whole Unix seconds to tell: a touch interval later, so that it need not be told again before.</param>
    /// <param name="before">What is to be put back where the disk takes nothing (<see cref="Forget"/>).</param>
    public bool TryClaim(out uint until, out uint before)
    {
        var seen = UnixTime.ToWholeSeconds(Seen);
        (until, before) = (seen + Terms!.TouchSeconds, Volatile.Read(ref _known));
        return seen > before && Interlocked.CompareExchange(ref _known, until, before) == before;
    }

    /// <summary>The disk is told that it was seen by then, in whole Unix seconds.</summary>
    public void Know(uint until)
    {
        for (var known = Volatile.Read(ref _known); known < until;)
        {
            var found = Interlocked.CompareExchange(ref _known, until, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }

    /// <summary>The disk could not be told after all.</summary>
    public void Forget(uint until, uint before) => Interlocked.CompareExchange(ref _known, before, until);

    /// <summary>Under a new id; what is remembered of the one before is given with it.</summary>
    public Document WithId(string id, Predecessor? before = null) => new(this, id, Data, Terms, before);

    public Document WithData(SessionData data) => new(this, Id, data, Terms, Before);

    /// <summary>Nothing more is noticed of the id before.</summary>
    public Document WithoutPredecessor() => new(this, Id, Data, Terms, before: null);

    /// <summary>A session that was not timed is from now on.</summary>
    public Document WithTerms(LifetimeTerms terms, long now) =>
        Terms is null ? new(Id, Key, Data, CreatedAtSeconds, DocumentId, Raw, terms, now, Before) : new(this, Id, Data, terms, Before);
}
