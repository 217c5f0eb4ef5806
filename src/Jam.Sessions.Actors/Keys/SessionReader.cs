using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Answers questions from the index, on the thread of whoever asks; and notes that a session is used, which takes no message and no actor.</summary>
internal sealed class SessionReader(SessionTable table, ResolvedOptions options, WallClock clock, EventHub events, EngineTelemetry telemetry)
{
    private readonly StoredIds _ids = options.Rules().Ids;

    private readonly ReadCells _reads = telemetry.Reads;

    /// <summary>Is told of sessions that are used; null until it is open.</summary>
    public ICommitLog? Log { private get; set; }

    /// <summary>Is told, once, of a session whose id before its last rework is used after its time. Set before the first request.</summary>
    public Action<Document> OnReplay { private get; set; } = static _ => { };

    /// <summary>The living session of an id; null where there is none.</summary>
    /// <param name="id">The id, or the one before the session's last rework while that still works.</param>
    /// <param name="isUse">Whether the session counts as used.</param>
    public Document? Find(string id, bool isUse)
    {
        Span<char> room = stackalloc char[StoredIds.DigestLength];
        return FindStored(_ids.Of(id, room), isUse) ?? (table.KnowsPredecessors ? FindSuccessor(id, isUse) : null);
    }

    /// <summary>The same as a host gets it: with the id that the host presented. Why it cannot be served, where its data cannot be read; else null.</summary>
    public SessionDataException? TryRead(string id, out Session? session)
    {
        // Nearly always: the session under the very id that was presented.
        if (!_ids.AreHashed && FindStored(id, isUse: true) is { } found)
        {
            telemetry.Reads.Found();
            session = found.IsReadable ? found : null;
            return session is null ? found.Unreadable : null;
        }

        return TryReadAs(id, out session);
    }

    private SessionDataException? TryReadAs(string id, out Session? session)
    {
        var found = Read(id, isUse: true);
        if (found is null)
        {
            WhyMissing(id);
        }

        session = found is { IsReadable: true } ? As(id, found) : null;
        return found is { IsReadable: false } ? found.Unreadable : null;
    }

    /// <summary>The session that had an id before its last rework, while that still works; afterwards its use is a replay.</summary>
    private Document? FindSuccessor(string id, bool isUse)
    {
        if (!table.TryFindByPredecessor(StoredIds.DigestOf(id), out var session))
        {
            return null;
        }

        if (session.Before!.WorksAt(clock.Now()))
        {
            return FindStored(session.Id, isUse);
        }

        if (session.IsAliveAt(clock.Now()) && session.Before.TryReport())
        {
            OnReplay(session);
        }

        return null;
    }

    private Document? FindStored(ReadOnlySpan<char> id, bool isUse) =>
        table.TryFind(id, out var session) && session.Terms is not null && !session.WasJustSeen(clock.Now()) ? FindTimed(id, isUse) : session;

    /// <summary>The same as a read, which is counted.</summary>
    public Document? Read(string id, bool isUse)
    {
        if (Find(id, isUse) is { } session)
        {
            _reads.Found();
            return session;
        }

        _reads.Missing();
        return null;
    }

    /// <summary>Why a session that somebody asked for is not there, as far as that is known. An id that was never issued is counted.</summary>
    public SessionEndReason WhyMissing(string id)
    {
        var why = WhyGone(id);
        if (why == SessionEndReason.Unknown)
        {
            telemetry.Unknown();
        }

        return why;
    }

    private Document? FindTimed(ReadOnlySpan<char> id, bool isUse)
    {
        while (table.TryFind(id, out var session))
        {
            var (now, isLater) = (clock.Now(), false);
            var isAlive = isUse ? session.TrySee(now, out isLater) : session.IsAliveAt(now);
            if (isAlive && !isLater)
            {
                return session;
            }

            // What was noted on a version that another one has replaced meanwhile is noted on that one too.
            if (table.TryFind(id, out var current) && !ReferenceEquals(current, session))
            {
                continue;
            }

            if (isLater)
            {
                TellDisk(session);
            }

            return isAlive ? session : null;
        }

        return null;
    }

    /// <summary>Why there is no living session of an id, as far as that is known.</summary>
    private SessionEndReason WhyGone(string id)
    {
        Span<char> room = stackalloc char[StoredIds.DigestLength];
        var stored = _ids.Of(id, room);
        return table.TryFind(stored, out var ended) && ended.Terms is not null ? ended.WhyEnded() : table.WhyGone(stored);
    }

    /// <summary>The answer to a question; an exception where it is refused.</summary>
    public object Answer(ISessionQuery query) => query switch
    {
        GetSession get => Lookup(get.SessionId, isUse: true),
        PeekSession peek => Lookup(peek.SessionId, isUse: false),
        ListSessions list => List(list.SessionKey),
        CountSessions { SessionKey: { } key } => Count(Living(key).Count),
        CountSessions => new SessionCount(table.Count, table.KeyCount),
        QuerySessions page => new PageReader(table, clock.Now()).Read(page),
        DescribeStore => new StoreDescription(options.IdleTimeout, options.MaxLifetime, options.MaxDataBytes, options.EffectiveEncryption == SessionEncryption.None && !options.InMemory),
        WatchSessions watch => events.Listen(watch.Capacity, watch.EndsOnly),
        _ => new UnknownSessionMessageException(query.GetType()),
    };

    public static SessionInfo InfoOf(Document session) => new(
        session.Handle, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.Lifetime, session.IsReadable ? HiddenMembers.Without(session.Data) : null);

    private object Lookup(string id, bool isUse) => Read(id, isUse) switch
    {
        null => SessionMissing.Because(WhyMissing(id)),
        { IsReadable: false } unreadable => unreadable.Unreadable,
        var session => new SessionFound(As(id, session)),
    };

    private static Session As(string id, Document session) => id == session.Id ? session : new PresentedSession(session, id);

    private SessionInfo[] List(string key)
    {
        var sessions = Living(key);
        sessions.Sort(static (a, b) => a.CreatedAtSeconds.CompareTo(b.CreatedAtSeconds) is not 0 and var order ? order : a.DocumentId.CompareTo(b.DocumentId));
        return [.. sessions.Select(InfoOf)];
    }

    private static SessionCount Count(int sessions) => new(sessions, sessions > 0 ? 1 : 0);

    private List<Document> Living(string key) => table.Of(table.OwnerOf(key)).Living(key, clock.Now());

    private void TellDisk(Document session)
    {
        if (session.TryClaim(out var until, out var before) && Log?.TryTouch(TextHash.Of(table.OwnerOf(session.Key)), session, until) != true)
        {
            session.Forget(until, before);
        }
    }
}
