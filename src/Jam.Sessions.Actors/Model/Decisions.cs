using Akka;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Model;

/// <summary>What each command does to the sessions of an owner. Pure, but for this: a session that is found past its deadline is dead from then on.</summary>
internal static class Decisions
{
    public static Decision Apply(this KeySessions sessions, ISessionCommand command, in Drawn drawn, SessionRules rules) => command switch
    {
        CreateSession create => Create(sessions, create, drawn, rules),
        UpdateSession update => Update(sessions, update, drawn, rules),
        PatchSession patch => Patch(sessions, patch, drawn, rules),
        TouchSession touch => Touch(sessions, touch, drawn, rules),
        DeleteSession delete => Delete(sessions, delete, drawn, rules),
        ClearSessions clear => Clear(sessions, clear, drawn, rules),
        EndSession end => End(sessions, end, drawn.Now),
        ReworkSession rework => Rework(sessions, rework, drawn, rules),
        ExpireSessions => Expire(sessions, drawn.Now),
        NoteReplay replay => Replay(sessions, replay, drawn.Now, rules),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "not a command about sessions"),
    };

    private static Decision Create(KeySessions sessions, CreateSession create, in Drawn drawn, SessionRules rules)
    {
        var isTimed = rules.TimeAll || create.Lifetime is not null;
        var session = new Document(
            rules.Ids.Of(drawn.SessionId!),
            create.SessionKey,
            create.Data,
            UnixTime.FromDateTimeOffset(new DateTimeOffset(drawn.Now, TimeSpan.Zero)),
            drawn.DocumentId,
            raw: null,
            isTimed ? rules.Terms(create.Lifetime, since: double.NaN) : null,
            drawn.Now);
        List<Document> living = rules.MaxSessionsPerKey == 0 ? [] : Living(sessions, create.SessionKey, drawn.Now);
        if (rules.MaxSessionsPerKey == 0 || living.Count < rules.MaxSessionsPerKey)
        {
            return new Decision(sessions.Add(session), [DocumentChange.Created(session)], drawn.SessionId!);
        }

        if (rules.LimitPolicy == SessionLimitPolicy.Reject)
        {
            return Refused(sessions, new SessionLimitException(rules.MaxSessionsPerKey));
        }

        // In one entry with the new one: at no time there are more, and never one less.
        var isByUse = rules.LimitPolicy == SessionLimitPolicy.EndLeastRecentlySeen;
        DocumentChange[] changes =
        [
            .. living
                .OrderBy(other => isByUse ? other.Seen : 0).ThenBy(other => other.CreatedAtSeconds).ThenBy(other => other.DocumentId)
                .Take(living.Count - rules.MaxSessionsPerKey + 1)
                .SelectMany(other => EndOf(sessions, other.Id, Intent.Limit)),
            DocumentChange.Created(session),
        ];
        return new Decision(sessions.With(changes), changes, drawn.SessionId!);
    }

    private static Decision Update(KeySessions sessions, UpdateSession update, in Drawn drawn, SessionRules rules)
    {
        if (FindToChange(sessions, update.SessionId, drawn, rules, out var session) is { } missing)
        {
            return missing;
        }

        return Conflict(sessions, session, update.Expected)
            ?? Changed(sessions, session.Id, Intent.Updated, update.Data, update.Lifetime, drawn.Now, rules);
    }

    private static Decision Patch(KeySessions sessions, PatchSession patch, in Drawn drawn, SessionRules rules)
    {
        if (Find(sessions, patch.SessionId, drawn, rules, out var session) is { } missing)
        {
            return missing;
        }

        if (!session.IsReadable)
        {
            return Refused(sessions, session.Unreadable);
        }

        SessionData data;
        try
        {
            data = patch.Patch.ApplyTo(session.Data);
        }
        catch (SessionDataException e)
        {
            return Refused(sessions, e);
        }

        return data.Length > rules.MaxDataBytes
            ? Refused(sessions, SessionDataException.TooLarge(data.Length, rules.MaxDataBytes))
            : Changed(sessions, session.Id, Intent.Updated, data, lifetime: null, drawn.Now, rules);
    }

    private static Decision Touch(KeySessions sessions, TouchSession touch, in Drawn drawn, SessionRules rules) =>
        FindToChange(sessions, touch.SessionId, drawn, rules, out var session)
        ?? (touch.Lifetime is null ? new Decision(sessions, [], Done.Instance) : Changed(sessions, session.Id, Intent.Updated, data: null, touch.Lifetime, drawn.Now, rules));

    private static Decision Rework(KeySessions sessions, ReworkSession rework, in Drawn drawn, SessionRules rules)
    {
        if (FindToChange(sessions, rework.SessionId, drawn, rules, out var session) is { } missing)
        {
            return missing;
        }

        // Whose answer was lost sees data that this very rework has left.
        var isDone = drawn.Successor is not null && session.Data.Equals(rework.Data);
        if (!isDone && Conflict(sessions, session, rework.Expected) is { } conflict)
        {
            return conflict;
        }

        if (drawn.Successor is not null)
        {
            return ReworkAgain(sessions, session, rework, drawn.Now, rules);
        }

        var (newId, now) = (drawn.SessionId!, drawn.Now);
        var kept = (Id: rules.Ids.Of(newId), Before: PredecessorOf(rework.SessionId, newId, now, rules));
        var changes = ChangesOf(
            sessions, session.Id, Intent.Reworked,
            static (session, with) => Changed(session, with.rework.Data, with.rework.Lifetime, with.now, with.rules).WithId(with.kept.Id, with.kept.Before),
            (rework, kept, now, rules));
        return new Decision(sessions.With(changes), changes, newId);
    }

    /// <summary>Whoever reworks the id before again, as a client does whose answer was lost, gets the same new one.</summary>
    private static Decision ReworkAgain(KeySessions sessions, Document session, ReworkSession rework, long now, SessionRules rules)
    {
        var id = !rules.Ids.AreHashed ? session.Id
            : session.Before is { Successor: { } successor } ? SealedId.TryOpen(successor, session.Id, rework.SessionId) : null;
        return id is null ? Refused(sessions, new SessionNotFoundException(SessionEndReason.Reworked))
            : rework.Data is null && rework.Lifetime is null ? new Decision(sessions, [], id)
            : Changed(sessions, session.Id, Intent.Updated, rework.Data, rework.Lifetime, now, rules) with { Reply = id };
    }

    /// <summary>What is remembered of an id that ends.</summary>
    private static Predecessor? PredecessorOf(string id, string newId, long now, SessionRules rules) =>
        rules.ReworkGrace is not { } grace ? null : new Predecessor(
            StoredIds.DigestOf(id), UnixTime.FromTicksUp(now + grace.Ticks), rules.Ids.AreHashed && grace > TimeSpan.Zero ? SealedId.Seal(newId, id) : null);

    private static Decision Replay(KeySessions sessions, NoteReplay replay, long now, SessionRules rules)
    {
        // One that was reworked again, or has ended, meanwhile: its id before is another one, or nobody's.
        if (sessions.Find(replay.SessionId) is not { Before: { } before } session || before.Digest != replay.Digest || before.WorksAt(now) || !session.IsAliveAt(now))
        {
            return new Decision(sessions, [], Done.Instance);
        }

        var noted = ChangesOf(sessions, session.Id, Intent.Replayed, static (session, _) => session.WithoutPredecessor(), false);
        sessions = sessions.With(noted);
        DocumentChange[] ended = rules.OnReplay switch
        {
            ReplayPolicy.EndSession => EndOf(sessions, session.Id, Intent.Replayed),
            ReplayPolicy.EndAllOfKey => [.. Living(sessions, session.Key, now).SelectMany(other => EndOf(sessions, other.Id, Intent.Replayed))],
            _ => [],
        };
        return new Decision(sessions.With(ended), [.. noted, .. ended], Done.Instance);
    }

    private static Decision Delete(KeySessions sessions, DeleteSession delete, in Drawn drawn, SessionRules rules)
    {
        // One that has ended by itself is left to the sweep, which tells why.
        var changes = Find(sessions, delete.SessionId, drawn, rules, out var session) is null ? EndOf(sessions, session.Id, Intent.Deleted) : [];
        return new Decision(sessions.With(changes), changes, changes.Length > 0);
    }

    private static Decision End(KeySessions sessions, EndSession end, long now)
    {
        var ended = Living(sessions, end.SessionKey, now).Find(session => session.Handle == end.Handle);
        var changes = ended is null ? [] : EndOf(sessions, ended.Id, Intent.Deleted);
        return new Decision(sessions.With(changes), changes, changes.Length > 0);
    }

    /// <remarks>As in jam, each document of the key counts, whatever its id.</remarks>
    private static Decision Clear(KeySessions sessions, ClearSessions clear, in Drawn drawn, SessionRules rules)
    {
        var now = drawn.Now;
        var except = clear.Except is null ? null : drawn.Successor ?? rules.Ids.Of(clear.Except);
        var (changes, kept) = (new List<DocumentChange>(), new List<Document>());
        foreach (var session in sessions)
        {
            if (session.Key == clear.SessionKey && session.IsAliveAt(now) && session.Id != except)
            {
                changes.Add(DocumentChange.Ended(session, Intent.Cleared));
            }
            else
            {
                kept.Add(session);
            }
        }

        return changes.Count > 0 ? new Decision(KeySessions.Of([.. kept]), [.. changes], changes.Count) : new Decision(sessions, [], 0);
    }

    private static Decision Expire(KeySessions sessions, long now)
    {
        var changes = new List<DocumentChange>();
        var ended = 0;
        foreach (var session in sessions)
        {
            if (!session.IsAliveAt(now) && ReferenceEquals(sessions.Find(session.Id), session))
            {
                ended++;
                changes.AddRange(EndOf(sessions, session.Id, Intents.Of(session.WhyEnded())));
            }
        }

        return new Decision(sessions.With([.. changes]), [.. changes], ended);
    }

    /// <summary>The living sessions of a key, or of all keys of the owner: of each id the document that is served.</summary>
    public static List<Document> Living(this KeySessions sessions, string? key, long now)
    {
        var living = new List<Document>();
        foreach (var session in sessions)
        {
            if ((key is null || session.Key == key) && session.Id.Length > 0 && ReferenceEquals(sessions.Find(session.Id), session) && session.IsAliveAt(now))
            {
                living.Add(session);
            }
        }

        return living;
    }

    /// <summary>The document of an id that is served; or the answer, where there is none alive.</summary>
    private static Decision? Find(KeySessions sessions, string id, in Drawn drawn, SessionRules rules, out Document session)
    {
        session = sessions.Find(drawn.Successor ?? rules.Ids.Of(id))!;
        return session is null ? Refused(sessions, new SessionNotFoundException())
            : session.IsAliveAt(drawn.Now) ? null
            : Refused(sessions, new SessionNotFoundException(session.WhyEnded()));
    }

    /// <summary>The same for a change, which some documents that cannot be read do not take.</summary>
    private static Decision? FindToChange(KeySessions sessions, string id, in Drawn drawn, SessionRules rules, out Document session) =>
        Find(sessions, id, drawn, rules, out session) ?? (rules.KeepsUnreadable && !session.IsReadable ? Refused(sessions, session.Unreadable) : null);

    /// <summary>The answer, where a session does not hold what is expected of it.</summary>
    private static Decision? Conflict(KeySessions sessions, Document session, SessionData? expected) =>
        expected is null || expected.Equals(session.Data) ? null
        : Refused(sessions, session.IsReadable ? new SessionConflictException(session.Data) : session.Unreadable);

    private static Decision Refused(KeySessions sessions, JamSessionsException why) => new(sessions, [], why);

    private static Decision Changed(
        KeySessions sessions, string id, Intent intent, SessionData? data, SessionLifetime? lifetime, long now, SessionRules rules)
    {
        var changes = ChangesOf(
            sessions, id, intent, static (session, with) => Changed(session, with.data, with.lifetime, with.now, with.rules), (data, lifetime, now, rules));
        return new Decision(sessions.With(changes), changes, Done.Instance);
    }

    /// <summary>A session with what is given; what is null stays, and so do the parts of a lifetime that are.</summary>
    private static Document Changed(Document session, SessionData? data, SessionLifetime? lifetime, long now, SessionRules rules)
    {
        if (lifetime is not null)
        {
            var own = new SessionLifetime(lifetime.Idle ?? session.Lifetime?.Idle, lifetime.Max ?? session.Lifetime?.Max);
            session = session.WithTerms(rules.Terms(own, session.Terms?.Since ?? (double.IsNaN(session.CreatedAtSeconds) ? UnixTime.FromTicksUp(now) : double.NaN)), now);
        }

        return data is null ? session : session.WithData(data);
    }

    private static DocumentChange[] EndOf(KeySessions sessions, string id, Intent why) => ChangesOf(sessions, id, why, static (_, _) => null, false);

    /// <summary>One change for each document of an id, of which a jam file may have several.</summary>
    private static DocumentChange[] ChangesOf<T>(KeySessions sessions, string id, Intent intent, Func<Document, T, Document?> change, T argument)
    {
        var count = 0;
        foreach (var session in sessions.Named(id))
        {
            count++;
        }

        var (changes, at) = (new DocumentChange[count], 0);
        foreach (var session in sessions.Named(id))
        {
            changes[at++] = new DocumentChange(session, change(session, argument), intent);
        }

        return changes;
    }
}
