using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>What the sessions of one key may be, from what its one writer began and was told; and what is wrong with an answer.</summary>
/// <remarks>Only one writer changes the key, one change after the other; anybody may read beside it.</remarks>
internal sealed partial class KeyLedger(string key)
{
    private static long s_lastNumber;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LedgerSession> _sessions = [];
    private readonly Dictionary<string, LedgerSession> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<LedgerSession> _active = [];
    private readonly List<string> _dead = [];
    private long _moves;
    private int _underWay;

    public string Key => key;

    /// <summary>Changes when a change begins or ends; odd while one is under way.</summary>
    public long Moves
    {
        get
        {
            lock (_lock)
            {
                return (_moves << 1) | (_underWay > 0 ? 1L : 0);
            }
        }
    }

    /// <summary>Sessions whose ids are known and work.</summary>
    public IReadOnlyList<LedgerSession> Alive
    {
        get
        {
            lock (_lock)
            {
                return [.. _active.Where(session => session.Id is not null)];
            }
        }
    }

    /// <summary>Ids that no longer work, the last ones last.</summary>
    public IReadOnlyList<string> Dead(int most = int.MaxValue)
    {
        lock (_lock)
        {
            return [.. _dead.TakeLast(most)];
        }
    }

    public LedgerSession Add()
    {
        var session = new LedgerSession(Interlocked.Increment(ref s_lastNumber), key);
        lock (_lock)
        {
            _sessions[session.Number] = session;
            _active.Add(session);
        }

        return session;
    }

    public Change Begin(LedgerSession session, ChangeKind kind)
    {
        lock (_lock)
        {
            Move(+1);
            return session.Begin(kind);
        }
    }

    public IReadOnlyList<Change> BeginClear()
    {
        lock (_lock)
        {
            Move(+1);
            return [.. _active.Select(session => session.Begin(ChangeKind.Clear))];
        }
    }

    /// <summary>Takes in what a change was answered, and returns what is wrong with the answer.</summary>
    public Finding? End(Change change, Reply reply)
    {
        lock (_lock)
        {
            Move(-1);
            var (session, now) = (change.Session, Clock.Next());
            switch (reply.Answer)
            {
                case Answer.Ok:
                    var finding = change.Target is null || session.MayHave(change.Target, change.Begin, now) ? null
                        : new Finding(FindingKind.Revived, $"{change.Kind} of an id that had ended was acknowledged; {session}");
                    Acknowledge(change, reply.Value, now);
                    return finding;
                case Answer.Missing:
                    session.Refuse(change);
                    finding = session.MayLack(change.Target!, change.Begin, now) ? null
                        : new Finding(FindingKind.Lost, $"{change.Kind} was told that there is no such session; {session}");
                    session.Forget(change.Target!, now);
                    _dead.Add(change.Target!);
                    return finding;
                case Answer.Refused or Answer.Conflict or Answer.NotSent:
                    session.Refuse(change);
                    _active.RemoveWhere(active => active == session && change.Kind == ChangeKind.Create);
                    return null;
                default:
                    return null;
            }
        }
    }

    /// <summary>The same for a clear.</summary>
    public Finding? EndClear(IReadOnlyList<Change> changes, Reply reply, long begin)
    {
        lock (_lock)
        {
            Move(-1);
            if (reply.Answer is Answer.Refused or Answer.NotSent)
            {
                changes.ToList().ForEach(change => change.Session.Refuse(change));
            }

            if (reply.Answer != Answer.Ok)
            {
                return null;
            }

            var now = Clock.Next();
            changes.ToList().ForEach(change => change.Session.Refuse(change));
            var finding = Count(reply, changes.Select(change => change.Session), begin, now);
            foreach (var session in changes.Select(change => change.Session))
            {
                // The session's own clear is made anew: the count is about what was there without it.
                Acknowledge(session.Begin(ChangeKind.Clear), id: null, now);
            }

            return finding;
        }
    }

    private void Acknowledge(Change change, string? id, long now)
    {
        var (session, before) = (change.Session, change.Session.Id);
        session.Acknowledge(change, change.Kind is ChangeKind.Create or ChangeKind.Rework ? id : null, now);
        if (before is not null && session.Id != before)
        {
            _dead.Add(before);
        }

        if (session.Id is { } current)
        {
            _byId[current] = session;
        }

        if (session.EndedAt != Clock.Never)
        {
            _active.Remove(session);
        }
    }

    private void Move(int underWay)
    {
        _moves++;
        _underWay += underWay;
    }
}
