using Akka;

namespace Jam.Sessions.Actors.Model;

/// <summary>What each command does to the sessions of an owner. Pure, but for this: a session that is found past its deadline is dead from then on.</summary>
internal static class Decisions
{
    public static Decision Apply(this KeySessions sessions, ISessionCommand command, in Drawn drawn, SessionRules rules) => command switch
    {
        CreateSession create => Create(sessions, create, drawn, rules),
        UpdateSession update => Update(sessions, update, drawn.Now, rules),
        PatchSession patch => Patch(sessions, patch, drawn.Now, rules),
        TouchSession touch => Touch(sessions, touch, drawn.Now, rules),
        DeleteSession delete => Delete(sessions, delete, drawn.Now),
        ClearSessions clear => Clear(sessions, clear, drawn.Now),
        EndSession end => End(sessions, end, drawn.Now),
        ReworkSession rework => Rework(sessions, rework, drawn, rules),
        ExpireSessions => Expire(sessions, drawn.Now),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "not a command about sessions"),
    };

    private static Decision Create(KeySessions sessions, CreateSession create, in Drawn drawn, SessionRules rules)
    {
        var isTimed = rules.TimeAll || create.Lifetime is not null;
        var session = new Document(
            drawn.SessionId!,
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
            return new Decision(sessions.Add(session), [DocumentChange.Created(session)], session.Id);
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
        return new Decision(sessions.With(changes), changes, session.Id);
    }

    private static Decision Update(KeySessions sessions, UpdateSession update, long now, SessionRules rules)
    {
        if (Find(sessions, update.SessionId, now, out var session) is { } missing)
        {
            return missing;
        }

        return Conflict(sessions, session, update.Expected)
            ?? Changed(sessions, session.Id, Intent.Updated, update.Data, update.Lifetime, now, rules);
    }

    private static Decision Patch(KeySessions sessions, PatchSession patch, long now, SessionRules rules)
    {
        if (Find(sessions, patch.SessionId, now, out var session) is { } missing)
        {
            return missing;
        }

        if (!IsReadable(session))
        {
            return Refused(sessions, SessionDataException.UnreadableInFile());
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
            : Changed(sessions, session.Id, Intent.Updated, data, lifetime: null, now, rules);
    }

    private static Decision Touch(KeySessions sessions, TouchSession touch, long now, SessionRules rules) =>
        Find(sessions, touch.SessionId, now, out var session)
        ?? (touch.Lifetime is null ? new Decision(sessions, [], Done.Instance) : Changed(sessions, session.Id, Intent.Updated, data: null, touch.Lifetime, now, rules));

    private static Decision Rework(KeySessions sessions, ReworkSession rework, in Drawn drawn, SessionRules rules)
    {
        if ((Find(sessions, rework.SessionId, drawn.Now, out var found) ?? Conflict(sessions, found, rework.Expected)) is { } refused)
        {
            return refused;
        }

        var (newId, now) = (drawn.SessionId!, drawn.Now);
        var changes = ChangesOf(
            sessions, rework.SessionId, Intent.Reworked,
            static (session, with) => Changed(session, with.rework.Data, with.rework.Lifetime, with.now, with.rules).WithId(with.newId),
            (rework, newId, now, rules));
        return new Decision(sessions.With(changes), changes, newId);
    }

    private static Decision Delete(KeySessions sessions, DeleteSession delete, long now)
    {
        // One that has ended by itself is left to the sweep, which tells why.
        var changes = Find(sessions, delete.SessionId, now, out _) is null ? EndOf(sessions, delete.SessionId, Intent.Deleted) : [];
        return new Decision(sessions.With(changes), changes, changes.Length > 0);
    }

    private static Decision End(KeySessions sessions, EndSession end, long now)
    {
        var ended = Living(sessions, end.SessionKey, now).Find(session => session.Handle == end.Handle);
        var changes = ended is null ? [] : EndOf(sessions, ended.Id, Intent.Deleted);
        return new Decision(sessions.With(changes), changes, changes.Length > 0);
    }

    /// <remarks>As in jam, each document of the key counts, whatever its id.</remarks>
    private static Decision Clear(KeySessions sessions, ClearSessions clear, long now)
    {
        var (changes, kept) = (new List<DocumentChange>(), new List<Document>());
        foreach (var session in sessions)
        {
            if (session.Key == clear.SessionKey && session.IsAliveAt(now) && session.Id != clear.Except)
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
    private static Decision? Find(KeySessions sessions, string id, long now, out Document session)
    {
        session = sessions.Find(id)!;
        return session is null ? Refused(sessions, new SessionNotFoundException())
            : session.IsAliveAt(now) ? null
            : Refused(sessions, new SessionNotFoundException(session.WhyEnded()));
    }

    /// <summary>The answer, where a session does not hold what is expected of it.</summary>
    private static Decision? Conflict(KeySessions sessions, Document session, SessionData? expected) =>
        expected is null || expected.Equals(session.Data) ? null
        : Refused(sessions, IsReadable(session) ? new SessionConflictException(session.Data) : SessionDataException.UnreadableInFile());

    private static Decision Refused(KeySessions sessions, JamSessionsException why) => new(sessions, [], why);

    private static bool IsReadable(Document session) => !ReferenceEquals(session.Data, SessionData.Unreadable);

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
