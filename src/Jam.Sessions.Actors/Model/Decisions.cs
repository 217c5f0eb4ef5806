using Akka;

namespace Jam.Sessions.Actors.Model;

/// <summary>What each command does to the sessions of an owner. Pure.</summary>
internal static class Decisions
{
    public static Decision Apply(this KeySessions sessions, ISessionCommand command, in Drawn drawn) => command switch
    {
        CreateSession create => Create(sessions, create, drawn),
        UpdateSession update => Update(sessions, update),
        DeleteSession delete => Delete(sessions, delete),
        ClearSessions clear => Clear(sessions, clear),
        ReworkSession rework => Rework(sessions, rework, drawn),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "not a command about sessions"),
    };

    private static Decision Create(KeySessions sessions, CreateSession create, in Drawn drawn)
    {
        var session = new Document(drawn.SessionId!, create.SessionKey, create.Data, drawn.Now, drawn.DocumentId, raw: null);
        return new Decision(sessions.Add(session), [DocumentChange.Created(session)], session.Id);
    }

    private static Decision Update(KeySessions sessions, UpdateSession update) =>
        ChangesOf(sessions, update.SessionId, Intent.Updated, static (session, data) => session.WithData(data), update.Data) is { Length: > 0 } changes
            ? new Decision(sessions.With(changes), changes, Done.Instance)
            : NotFound(sessions);

    private static Decision Delete(KeySessions sessions, DeleteSession delete)
    {
        var changes = ChangesOf(sessions, delete.SessionId, Intent.Deleted, static (_, _) => null, delete);
        return new Decision(sessions.With(changes), changes, changes.Length > 0);
    }

    private static Decision Rework(KeySessions sessions, ReworkSession rework, in Drawn drawn)
    {
        if (!sessions.Contains(rework.SessionId))
        {
            return NotFound(sessions);
        }

        var newId = drawn.SessionId!;
        var changes = ChangesOf(sessions, rework.SessionId, Intent.Reworked, static (session, id) => session.WithId(id), newId);
        return new Decision(sessions.With(changes), changes, newId);
    }

    private static Decision Clear(KeySessions sessions, ClearSessions clear)
    {
        var (changes, kept) = (new List<DocumentChange>(), new List<Document>());
        foreach (var session in sessions)
        {
            if (session.Key == clear.SessionKey)
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

    private static Decision NotFound(KeySessions sessions) => new(sessions, [], new SessionNotFoundException());

    /// <summary>One change for each document of an id, of which a jam file may have several.</summary>
    private static DocumentChange[] ChangesOf<T>(KeySessions sessions, string id, Intent intent, Func<Document, T, Document?> change, T argument)
    {
        var count = 0;
        foreach (var session in sessions.Named(id))
        {
            count++;
        }

        if (count == 0)
        {
            return [];
        }

        var (changes, at) = (new DocumentChange[count], 0);
        foreach (var session in sessions.Named(id))
        {
            changes[at++] = new DocumentChange(session, change(session, argument), intent);
        }

        return changes;
    }
}
