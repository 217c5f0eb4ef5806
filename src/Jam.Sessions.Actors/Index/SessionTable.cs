using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>The committed sessions, by id and by owner: one writer for each owner (its key actor), any number of lock-free readers.</summary>
/// <remarks>It holds only what is committed (with relaxed durability: acknowledged), so a reader sees every acknowledged change and never half of one.</remarks>
internal sealed class SessionTable
{
    private const long NotCounted = Document.NoDocumentId;

    private readonly StripedTable<SessionSlot, SessionSlotKey> _byId;
    private readonly StripedTable<KeySessions, OwnerSlotKey> _byOwner;
    private readonly StripedTable<SessionSlot, PredecessorSlotKey>? _byPredecessor;
    private readonly ConcurrentDictionary<string, byte> _reservedIds = new(StringComparer.Ordinal);
    private readonly KeyOwners _owners;
    private readonly RecentEnds _ends;
    private readonly long[] _opaqueIds;
    private readonly bool _hasLargeIds;
    private readonly (string Key, long Id) _newest = ("", 0);
    private long _lastDocumentId = NotCounted;
    private volatile bool _isClosed;
    private volatile bool _isTimed;

    /// <summary>Builds the table from the documents of a file, in file order.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="rememberedEnds">About how many ends of sessions are remembered.</param>
    /// <param name="knowsPredecessors">Whether sessions can be found by the ids that they had before.</param>
    public SessionTable(IReadOnlyList<Document> documents, int rememberedEnds = 0, bool knowsPredecessors = false)
    {
        _ends = new RecentEnds(rememberedEnds);
        _byPredecessor = knowsPredecessors ? new(default, documents.Count(document => document.Before is not null)) : null;
        _byId = new(default, documents.Count);
        var duplicates = new List<(string, string)>();
        foreach (var session in documents)
        {
            if (session.Id.Length > 0 && !_byId.TryAdd(session.Id, new(session)) && _byId.TryFind(session.Id, out var first))
            {
                duplicates.Add((first.Document!.Key, session.Key));
                HasDuplicates = true;
            }

            if (session.Before is { } before)
            {
                _byPredecessor?.TryAdd(before.Digest, new(session));
            }

            _isTimed |= session.Terms is not null;
            _hasLargeIds |= LargeDocumentIds.IsLarge(session.DocumentId);
            if (!session.IsOpaque && session.DocumentId > _newest.Id)
            {
                _newest = (session.Key, session.DocumentId);
            }
        }

        _opaqueIds = documents.Where(document => document.IsOpaque).Select(document => document.DocumentId).ToArray();
        _owners = new KeyOwners(duplicates);
        _byOwner = _owners.Group(documents);
    }

    /// <summary>True once the engine has let go of the file: what the table holds may no longer be what the file holds.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>How many ids can be found.</summary>
    public int Count => _byId.Count;

    /// <summary>Whether it has, or had, a session that can end by itself, or is asked when it was last used.</summary>
    public bool IsTimed => _isTimed;

    /// <summary>How many keys have a session; those that share one count as one.</summary>
    public int KeyCount => _byOwner.Count;

    /// <summary>How many documents of the file are kept and not served.</summary>
    public int OpaqueCount => _opaqueIds.Length;

    /// <summary>True where the file brought one id in several documents; only then is a removed id looked for again.</summary>
    private bool HasDuplicates { get; }

    /// <summary>Whether sessions can be found by the ids that they had before.</summary>
    public bool KnowsPredecessors => _byPredecessor is not null;

    /// <summary>The committed session of an id.</summary>
    public bool TryFind(ReadOnlySpan<char> id, [NotNullWhen(true)] out Document? session)
    {
        session = _byId.TryFind(id, out var slot) ? slot.Document! : null;
        return HasArrived(ref session);
    }

    /// <summary>The committed session that had an id before its last rework; to be asked after <see cref="TryFind"/>.</summary>
    /// <param name="digest">Of the id.</param>
    /// <param name="session">The session.</param>
    public bool TryFindByPredecessor(ReadOnlySpan<char> digest, [NotNullWhen(true)] out Document? session)
    {
        session = _byPredecessor is not null && _byPredecessor.TryFind(digest, out var slot) ? slot.Document! : null;
        return HasArrived(ref session);
    }

    /// <summary>Why there is no session with an id, as far as that is remembered.</summary>
    public SessionEndReason WhyGone(ReadOnlySpan<char> id) => _ends.Find(id);

    /// <summary>In how many parts <see cref="OwnersOfDead"/> looks at all sessions.</summary>
    public static int Parts => StripedTable<SessionSlot, SessionSlotKey>.Stripes;

    /// <summary>The owners of sessions that have ended by themselves, among a part of all.</summary>
    /// <param name="part">Which.</param>
    /// <param name="now">UTC ticks.</param>
    public HashSet<string> OwnersOfDead(int part, long now)
    {
        var owners = new HashSet<string>(StringComparer.Ordinal);
        foreach (var slot in _byId.SlotsOf(part))
        {
            if (slot.Document is { Terms: not null } session && !session.IsAliveAt(now))
            {
                owners.Add(OwnerOf(session.Key));
            }
        }

        return owners;
    }

    /// <summary>The owners and their sessions from a place on, in an order in which those that stay keep their places.</summary>
    public IEnumerable<(ScanPlace Place, string Owner, KeySessions Sessions)> From(ScanPlace place)
    {
        var together = new List<(ScanPlace Place, string Owner, KeySessions Sessions)>();
        foreach (var (at, sessions) in _byOwner.From(place))
        {
            if (together.Count > 0 && together[0].Place != at)
            {
                foreach (var owner in together)
                {
                    yield return owner;
                }

                together.Clear();
            }

            together.Add((at, OwnerOf(sessions.Any.Key), sessions));
            together.Sort(static (a, b) => string.CompareOrdinal(a.Owner, b.Owner));
        }

        foreach (var owner in together)
        {
            yield return owner;
        }
    }

    /// <summary>Who decides about a key: the key itself, unless a file holds one id under several keys.</summary>
    public string OwnerOf(string key) => _owners.OwnerOf(key);

    /// <summary>The committed sessions of an owner.</summary>
    public KeySessions Of(string owner) => _byOwner.TryFind(owner, out var sessions) ? sessions : KeySessions.None;

    /// <summary>Claims an id until <see cref="Release"/>; false where a session has it or another decision claimed it first.</summary>
    public bool TryReserve(string id)
    {
        if (!_reservedIds.TryAdd(id, 0))
        {
            return false;
        }

        if (!_byId.TryFind(id, out _))
        {
            return true;
        }

        Release(id);
        return false;
    }

    /// <summary>Ends a claim, after the id was committed or given up.</summary>
    public void Release(string id) => _reservedIds.TryRemove(id, out _);

    /// <summary>The next TinyDB document id; an id whose create fails leaves a gap, as in jam.</summary>
    /// <remarks>jam counts on from what the file holds at the first create, not when it is opened: what was deleted before is given again.</remarks>
    public long NewDocumentId()
    {
        if (Volatile.Read(ref _lastDocumentId) == NotCounted)
        {
            Interlocked.CompareExchange(ref _lastDocumentId, HighestDocumentId(), NotCounted);
        }

        return Interlocked.Increment(ref _lastDocumentId);
    }

    public void Close() => _isClosed = true;

    /// <summary>Remembers why sessions are gone, before that is seen; those too that came and went in one batch, and ids in between.</summary>
    /// <param name="stated">What each command of a committed batch changes.</param>
    public void Remember(ReadOnlySpan<DocumentChange> stated)
    {
        foreach (var change in stated)
        {
            if (change.Before is { } before && before.Id != change.After?.Id)
            {
                _ends.Add(before.Id, change.Intent.Why());
            }
        }
    }

    /// <summary>Makes a committed batch visible: all that leaves goes, and what takes its place comes, in the one instant in which the owner changes.</summary>
    /// <remarks>Only the owner's one writer calls this. Sessions that leave are marked by a flag: a new object in an old one would cost each collection.</remarks>
    /// <param name="owner">The owner.</param>
    /// <param name="before">Its sessions, as <see cref="Of"/> gave them.</param>
    /// <param name="after">Its sessions from now on.</param>
    /// <param name="changes">What that changes.</param>
    public void Publish(string owner, KeySessions before, KeySessions after, ReadOnlySpan<DocumentChange> changes)
    {
        foreach (var (leaving, arriving) in changes)
        {
            if (!_isTimed && arriving?.Terms is not null)
            {
                _isTimed = true;
            }

            if (leaving is null || leaving.Id == arriving?.Id)
            {
                continue;
            }

            leaving.IsInTransit = true;
            if (arriving is { Id.Length: > 0 })
            {
                arriving.IsInTransit = true;
                if (arriving.Before is { } predecessor)
                {
                    // Found by the id that it had, before it loses that.
                    _byPredecessor?.TryAdd(predecessor.Digest, new(arriving));
                }

                if (!HasDuplicates || !_byId.TryFind(arriving.Id, out _))
                {
                    _byId.TryExchange(arriving.Id, default, new(arriving));
                }
            }
        }

        TakeOver(changes);
        _byOwner.TryExchange(owner, SlotOf(before), SlotOf(after));
        foreach (var (was, session) in changes)
        {
            if (was is not null && was.Id != session?.Id)
            {
                _byId.TryExchange(was.Id, new(was), default);
                if (session is not null)
                {
                    session.IsInTransit = false;
                }
            }
            else if (session is { Id.Length: > 0 })
            {
                // Where a file brought the id in several documents, another one may be served.
                _byId.TryExchange(session.Id, new(was), new(session));
            }

            Leave(was, session);
        }

        // Who had found the version before by then has noted its use there, or looks again.
        TakeOver(changes);
        if (HasDuplicates)
        {
            Uncover(after, changes);
        }
    }

    private bool HasArrived([NotNullWhen(true)] ref Document? session)
    {
        if (session is { IsInTransit: true } && !Of(OwnerOf(session.Key)).Has(session))
        {
            session = null;
        }

        return session is not null;
    }

    /// <summary>What an older version had as its predecessor is the newer one's, or nobody's.</summary>
    private void Leave(Document? was, Document? session)
    {
        if (was?.Before is { } before)
        {
            _byPredecessor?.TryExchange(before.Digest, new(was), session?.Before == before ? new(session) : default);
        }
    }

    private static void TakeOver(ReadOnlySpan<DocumentChange> changes)
    {
        foreach (var (before, after) in changes)
        {
            if (before is not null)
            {
                after?.TakeOver(before);
            }
        }
    }

    private static KeySessions SlotOf(KeySessions sessions) => sessions.IsEmpty ? default : sessions;

    private long HighestDocumentId()
    {
        var isNewestLeft = !_hasLargeIds && Of(OwnerOf(_newest.Key)).Any(session => session.DocumentId == _newest.Id);
        return LargeDocumentIds.Highest(
            isNewestLeft ? _opaqueIds.Append(_newest.Id) : _byOwner.Entries.SelectMany(owner => owner).Select(session => session.DocumentId).Concat(_opaqueIds));
    }

    /// <summary>Where the first document of an id is gone, the next one in file order is served.</summary>
    private void Uncover(KeySessions after, ReadOnlySpan<DocumentChange> changes)
    {
        foreach (var (before, _) in changes)
        {
            if (before is { Id.Length: > 0 } && !_byId.TryFind(before.Id, out _) && after.Find(before.Id) is { } next)
            {
                _byId.TryExchange(next.Id, default, new(next));
            }
        }
    }
}
