using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Answers questions from the index, on the thread of whoever asks; and notes that a session is used, which takes no message and no actor.</summary>
internal sealed class SessionReader(SessionTable table, WallClock clock, EventHub events, ResolvedOptions options)
{
    /// <summary>Is told of sessions that are used; null until it is open.</summary>
    public ICommitLog? Log { private get; set; }

    /// <summary>The living session of an id; null where there is none.</summary>
    /// <param name="id">The id.</param>
    /// <param name="isUse">Whether the session counts as used.</param>
    public Document? Find(string id, bool isUse) =>
        table.TryFind(id, out var session) && session.Terms is not null && !session.WasJustSeen(clock.Now()) ? FindTimed(id, isUse) : session;

    private Document? FindTimed(string id, bool isUse)
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
    public SessionEndReason WhyGone(string id) => table.TryFind(id, out var ended) && ended.Terms is not null ? ended.WhyEnded() : table.WhyGone(id);

    /// <summary>The answer to a question; an exception where it is refused.</summary>
    public object Answer(ISessionQuery query) => query switch
    {
        GetSession get => Lookup(get.SessionId, isUse: true),
        PeekSession peek => Lookup(peek.SessionId, isUse: false),
        ListSessions list => List(list.SessionKey),
        CountSessions { SessionKey: { } key } => Count(Living(key).Count),
        CountSessions => new SessionCount(table.Count, table.KeyCount),
        QuerySessions page => new PageReader(table, clock.Now()).Read(page),
        DescribeStore => new StoreDescription(options.IdleTimeout, options.MaxLifetime, options.MaxDataBytes, !options.IsSessionCrypt && !options.InMemory),
        WatchSessions watch => events.Listen(watch.Capacity),
        _ => new UnknownSessionMessageException(query.GetType()),
    };

    public static SessionInfo InfoOf(Document session) => new(
        session.Handle, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.Lifetime, ReferenceEquals(session.Data, SessionData.Unreadable) ? null : HiddenMembers.Without(session.Data));

    private object Lookup(string id, bool isUse) => Find(id, isUse) switch
    {
        null => SessionMissing.Because(WhyGone(id)),
        { Data: var data } when ReferenceEquals(data, SessionData.Unreadable) => SessionDataException.UnreadableInFile(),
        var session => new SessionFound(session),
    };

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
