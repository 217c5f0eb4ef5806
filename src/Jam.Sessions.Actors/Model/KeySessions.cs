using System.Collections.Immutable;
using Akka;

namespace Jam.Sessions.Actors.Model;

/// <summary>The sessions of one owner, in file order: an immutable value.</summary>
/// <remarks>
/// An owner is one session key. Only where a jam file holds one id under several keys do these keys share an owner, so that the
/// documents of one id are always decided in one place.
/// </remarks>
internal readonly record struct KeySessions(ImmutableArray<Session> Sessions)
{
    public static readonly KeySessions None = new([]);

    /// <summary>What a command makes of these sessions, and its answer. Pure but for the ids that it draws.</summary>
    public (KeySessions After, object Reply) Apply(ISessionCommand command, IIdentities identities) => command switch
    {
        CreateSession create => Create(create, identities),
        UpdateSession update => Update(update),
        DeleteSession delete => Delete(delete),
        ClearSessions clear => Clear(clear),
        ReworkSession rework => Rework(rework, identities),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType().Name, "not a command about sessions"),
    };

    /// <summary>What turns these sessions into <paramref name="after"/>: each document once, as it was and as it is.</summary>
    public DocumentChange[] ChangesTo(KeySessions after)
    {
        var changes = new DocumentChange[CompareTo(after, [])];
        CompareTo(after, changes);
        return changes;
    }

    /// <summary>Counts the changes, and notes them as far as there is room.</summary>
    private int CompareTo(KeySessions after, Span<DocumentChange> changes)
    {
        var (count, next) = (0, 0);
        foreach (var session in Sessions)
        {
            if (next == after.Sessions.Length || after.Sessions[next].DocumentId != session.DocumentId)
            {
                Note(changes, ref count, session, null);
            }
            else if (!ReferenceEquals(after.Sessions[next++], session))
            {
                Note(changes, ref count, session, after.Sessions[next - 1]);
            }
        }

        for (; next < after.Sessions.Length; next++)
        {
            Note(changes, ref count, null, after.Sessions[next]);
        }

        return count;
    }

    private static void Note(Span<DocumentChange> changes, ref int count, Session? before, Session? after)
    {
        if (count++ < changes.Length)
        {
            changes[count - 1] = new DocumentChange(before, after);
        }
    }

    private (KeySessions, object) Create(CreateSession create, IIdentities identities)
    {
        var session = new Session(
            identities.NewSessionId(), create.SessionKey, create.Data, identities.Now(), identities.NewDocumentId(), raw: null);
        return (new KeySessions(Sessions.Add(session)), session.Id);
    }

    private (KeySessions, object) Update(UpdateSession update) =>
        Replace(update.SessionId, static (session, data) => session.WithData(data), update.Data) is { } after
            ? (after, Done.Instance)
            : (this, new SessionNotFoundException());

    private (KeySessions, object) Delete(DeleteSession delete)
    {
        var (after, removed) = Remove(session => session.Id == delete.SessionId);
        return (after, removed > 0);
    }

    private (KeySessions, object) Clear(ClearSessions clear) => Remove(session => session.Key == clear.SessionKey);

    private (KeySessions, object) Rework(ReworkSession rework, IIdentities identities)
    {
        if (!Contains(rework.SessionId))
        {
            return (this, new SessionNotFoundException());
        }

        var newId = identities.NewSessionId();
        return (Replace(rework.SessionId, static (session, id) => session.WithId(id), newId)!.Value, newId);
    }

    /// <summary>Whether this very session is among them.</summary>
    public bool Has(Session session)
    {
        foreach (var candidate in Sessions)
        {
            if (ReferenceEquals(candidate, session))
            {
                return true;
            }
        }

        return false;
    }

    private bool Contains(string id)
    {
        foreach (var session in Sessions)
        {
            if (session.Id == id)
            {
                return true;
            }
        }

        return false;
    }

    private KeySessions? Replace<T>(string id, Func<Session, T, Session> change, T argument)
    {
        var after = Sessions;
        for (var i = 0; i < Sessions.Length; i++)
        {
            if (Sessions[i].Id == id)
            {
                after = after.SetItem(i, change(Sessions[i], argument));
            }
        }

        return after == Sessions ? null : new KeySessions(after);
    }

    private (KeySessions After, int Removed) Remove(Predicate<Session> match)
    {
        var after = Sessions.RemoveAll(match);
        return (new KeySessions(after), Sessions.Length - after.Length);
    }
}

/// <summary>A document before and after a batch; null where there is none.</summary>
internal readonly record struct DocumentChange(Session? Before, Session? After);

/// <summary>Where a decision gets what it cannot decide: ids and the time.</summary>
internal interface IIdentities
{
    /// <summary>An id that no session has and no other decision will get.</summary>
    /// <exception cref="SessionIdFactoryException">The id factory failed or repeats itself.</exception>
    string NewSessionId();

    long NewDocumentId();

    /// <summary>Unix seconds.</summary>
    double Now();
}
