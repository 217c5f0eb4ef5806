using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <content>What is wrong with answers to reads.</content>
internal sealed partial class KeyLedger
{
    /// <summary>What is wrong with the answer to a get.</summary>
    /// <param name="id">The id that was asked for, which is one of this key's.</param>
    /// <param name="reply">The answer.</param>
    /// <param name="begin">When it was asked.</param>
    /// <param name="moves"><see cref="Moves"/> at that time.</param>
    public Finding? CheckGet(string id, Reply reply, long begin, long moves)
    {
        lock (_lock)
        {
            var (session, now) = (_byId[id], Clock.Next());
            var isQuiet = moves == Moves && (moves & 1) == 0;
            if (reply.Answer == Answer.Missing)
            {
                if (!session.MayLack(id, begin, now))
                {
                    return new Finding(FindingKind.Lost, $"an id is missing; {session}; asked at {begin}, answered at {now}");
                }

                if (isQuiet && session.Id == id)
                {
                    session.Forget(id, now);
                    _dead.Add(id);
                }

                return null;
            }

            if (reply.Answer != Answer.Ok)
            {
                return null;
            }

            var payload = Payload.Parse(reply.Value);
            if (payload is null || payload.Number != session.Number || payload.Key != key || reply.Key != key)
            {
                return new Finding(FindingKind.Lost, $"an id is answered with data that are not its session's; {session}");
            }

            if (!session.MayHave(id, begin, now))
            {
                return new Finding(FindingKind.Revived, $"an id that has ended is found with version {payload.Version}; {session}; asked at {begin}, answered at {now}");
            }

            if (!session.MayHold(payload.Version, begin, now))
            {
                return new Finding(FindingKind.Lost, $"version {payload.Version} is read; {session}; asked at {begin}, answered at {now}");
            }

            if (isQuiet)
            {
                session.Settle(payload.Version, now);
            }

            return null;
        }
    }

    /// <summary>What is wrong with the list of the key's sessions.</summary>
    public Finding? CheckList(Reply reply, long begin)
    {
        lock (_lock)
        {
            var now = Clock.Next();
            var seen = new HashSet<long>();
            foreach (var payload in reply.Items!.Select(Payload.Parse))
            {
                if (payload is null || payload.Key != key || !_sessions.TryGetValue(payload.Number, out var session) || !seen.Add(payload.Number) || !session.MayLive(begin, now))
                {
                    return new Finding(FindingKind.Revived, $"{key} lists {payload}, which it cannot have, or twice; asked at {begin}, answered at {now}; "
                        + (payload is null ? null : _sessions.GetValueOrDefault(payload.Number)));
                }

                if (!session.MayHold(payload.Version, begin, now))
                {
                    return new Finding(FindingKind.Lost, $"{key} lists version {payload.Version}; {session}; asked at {begin}, answered at {now}");
                }
            }

            return _active.FirstOrDefault(session => !seen.Contains(session.Number) && !session.MayBeGone(begin, now)) is { } lost
                ? new Finding(FindingKind.Lost, $"{key} does not list a session; {lost}; asked at {begin}, answered at {now}")
                : null;
        }
    }

    /// <summary>What is wrong with how many sessions the key is said to have; only its writer may ask.</summary>
    public Finding? CheckCount(Reply reply, long begin)
    {
        lock (_lock)
        {
            return Count(reply, _active, begin, Clock.Next());
        }
    }

    private Finding? Count(Reply reply, IEnumerable<LedgerSession> sessions, long begin, long now)
    {
        var (count, most) = (int.Parse(reply.Value!, CultureInfo.InvariantCulture), sessions.Count(session => session.MayLive(begin, now)));
        var least = sessions.Count(session => !session.MayBeGone(begin, now));
        return count < least ? new Finding(FindingKind.Lost, $"{key} is said to have {count} sessions, and has {least} at least")
            : count > most ? new Finding(FindingKind.Revived, $"{key} is said to have {count} sessions, and has {most} at most")
            : null;
    }
}
