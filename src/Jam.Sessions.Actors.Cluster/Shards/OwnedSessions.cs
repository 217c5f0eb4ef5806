using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Wire;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>A key's sessions while several requests are decided together: as they are after those before.</summary>
/// <param name="committed">As they are in the rows.</param>
/// <param name="rules">The store's.</param>
/// <param name="ends">Why sessions are gone.</param>
/// <param name="now">The time of all of them, in UTC ticks.</param>
/// <param name="highest">The highest number of a session of the key, as far as is known.</param>
/// <param name="mayNote">Whether what nobody asked for may be changed too: the end of what has ended by itself, and the use of an id after its time.</param>
internal sealed class OwnedSessions(KeySessions committed, SessionRules rules, RecentEnds ends, long now, long highest, bool mayNote)
{
    // As many numbers as fit into a millisecond and a number's bits.
    private const int NumbersPerMillisecond = 1 << 20;

    private BatchChanges _changes;
    private long _highest = highest;
    private int _expired;

    public KeySessions After { get; private set; } = committed;

    /// <summary>What was decided.</summary>
    public ref BatchChanges Changes => ref _changes;

    /// <summary>The highest number now.</summary>
    public long Highest => _highest;

    /// <summary>Sessions that were used, of which the rows should be told.</summary>
    public List<Document> Used { get; } = [];

    /// <summary>Ends what has ended by itself: so nobody who reads the rows finds it alive after somebody was told that it is not.</summary>
    /// <returns>How many sessions; all of them, where it was done before.</returns>
    public int Expire() => _expired += mayNote ? (int)Apply(ExpireSessions.Instance, default) : 0;

    /// <summary>The answer to a message; an exception where it is refused; a <see cref="Detour"/> where the asker's draw is wrong.</summary>
    public object Answer(ISessionMessage message, string? drawnId) => message switch
    {
        GetSession get => Lookup(get.SessionId, isUse: true),
        PeekSession peek => Lookup(peek.SessionId, isUse: false),
        ListSessions list => List(list.SessionKey),
        CountSessions { SessionKey: { } key } => Count(After.Living(key, now).Count),
        KeyOfSession { SessionId: var id } => Find(id)?.Key ?? "",
        SweepKey => Expire(),
        ISessionCommand command => Command(command, drawnId),
        _ => new UnknownSessionMessageException(message.GetType()),
    };

    private object Command(ISessionCommand command, string? drawnId)
    {
        if (drawnId is not null && After.Contains(rules.Ids.Of(drawnId)))
        {
            return Detour.IdTaken;
        }

        string? successor = null;
        if (IdIn(command) is { } id)
        {
            var session = Find(id);
            successor = session is not null && session.Id != rules.Ids.Of(id) ? session.Id : null;
            if (session is not null && command is not (DeleteSession or ClearSessions))
            {
                See(session);
            }
        }

        return Apply(command, new Drawn(drawnId, command is CreateSession ? NewNumber() : 0, now) { Successor = successor });
    }

    /// <summary>Higher than any of the key's, so that they tell which session is the older one; and not to be guessed from another key's, so that handles differ.</summary>
    private long NewNumber() =>
        _highest = Math.Max(_highest + 1, (RowCodec.Milliseconds(now) * NumbersPerMillisecond) + Random.Shared.Next(NumbersPerMillisecond)) & (Document.DocumentIdLimit - 1);

    private object Apply(ISessionCommand command, in Drawn drawn)
    {
        var decision = After.Apply(command, drawn with { Now = now }, rules);
        After = decision.After;
        _changes.Add(decision.Changes);
        return decision.Reply is SessionNotFoundException { Why: SessionEndReason.Unknown } && command is ISessionIdCommand { SessionId: var id }
            ? new SessionNotFoundException(WhyGone(id))
            : decision.Reply;
    }

    private object Lookup(string id, bool isUse)
    {
        if (Find(id) is not { } session || !session.IsAliveAt(now))
        {
            return SessionMissing.Because(WhyGone(id));
        }

        if (isUse)
        {
            See(session);
        }

        return session.IsReadable ? new SessionFound(new SeenSession(session, id)) : session.Unreadable;
    }

    private static SessionCount Count(int sessions) => new(sessions, sessions > 0 ? 1 : 0);

    private IReadOnlyList<SessionInfo> List(string key) =>
        [.. After.Living(key, now).OrderBy(session => session.CreatedAtSeconds).ThenBy(session => session.DocumentId).Select(SessionReader.InfoOf)];

    /// <summary>The session of an id, or of the one before its last rework while that still works; after that its use is a replay.</summary>
    private Document? Find(string id)
    {
        if (After.Find(rules.Ids.Of(id)) is { } session)
        {
            return session;
        }

        if (rules.ReworkGrace is null)
        {
            return null;
        }

        var digest = StoredIds.DigestOf(id);
        var successor = After.FirstOrDefault(other => other.Before?.Digest == digest);
        if (successor is null || successor.Before!.WorksAt(now))
        {
            return successor;
        }

        if (mayNote && successor.IsAliveAt(now))
        {
            Apply(new NoteReplay(successor.Id, digest), default);
        }

        return null;
    }

    private void See(Document session)
    {
        if (session.Terms is not null && session.TrySee(now, out var isLater) && isLater)
        {
            Used.Add(session);
        }
    }

    private SessionEndReason WhyGone(string id)
    {
        var stored = rules.Ids.Of(id);
        if (After.Find(stored) is { Terms: not null } ended && !ended.IsAliveAt(now))
        {
            return ended.WhyEnded();
        }

        foreach (var change in _changes.Stated)
        {
            if (change.Before?.Id == stored && change.After?.Id != stored)
            {
                return Intents.Why(change.Intent);
            }
        }

        return ends.Find(stored);
    }

    private static string? IdIn(ISessionCommand command) => command switch
    {
        ISessionIdCommand { SessionId: var id } => id,
        ClearSessions { Except: var except } => except,
        _ => null,
    };
}
