using Akka;
using CsCheck;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>The decisions about one owner's sessions, against a list of rows that does the same naively.</summary>
public sealed class KeySessionsSpec
{
    private static readonly SessionData[] SomeData = [SessionData.Empty, SessionData.From("""{"a":1}"""), SessionData.From("""{"b":[2]}""")];

    // Ids are drawn from few, so that most commands meet a session; one id starts out in two documents of two keys, as a jam file may have it.
    private static readonly Gen<ISessionCommand> AnyCommand = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 7], Gen.Int[0, 2]).Select(
        (kind, id, data) => (ISessionCommand)(kind switch
        {
            0 => new CreateSession($"key{id % 2}", SomeData[data]),
            1 => new UpdateSession($"id{id}", SomeData[data]),
            2 => new DeleteSession($"id{id}"),
            3 => data == 0 ? new ClearSessions($"key{id % 2}") : new DeleteSession("id0"),
            _ => new ReworkSession($"id{id}"),
        }));

    [Fact]
    public void Any_commands_do_what_the_naive_model_does() => AnyCommand.Array[0, 30].Sample(
        commands =>
        {
            var (identities, modelIdentities) = (new Counter(), new Counter());
            var sessions = new KeySessions([Session(1, "key0", "id0"), Session(2, "key1", "id0"), Session(3, "key1", "id77")]);
            var rows = sessions.Sessions.ToList();
            foreach (var command in commands)
            {
                var before = sessions;
                (sessions, var reply) = sessions.Apply(command, identities);
                var expected = Naive(rows, command, modelIdentities);
                Assert.Equal(expected is null ? typeof(SessionNotFoundException) : expected.GetType(), reply.GetType());
                Assert.True(expected is null || expected.Equals(reply));
                Assert.Equal(rows, sessions.Sessions);
                Assert.Equal(rows.Select(r => r.DocumentId), sessions.Sessions.Select(s => s.DocumentId));
                Assert.True(!before.Sessions.SequenceEqual(sessions.Sessions) || !before.ChangesTo(sessions).Any(c => c.Before is null || c.After is null));
            }
        },
        iter: 5_000);

    [Fact]
    public void The_changes_applied_to_what_was_give_what_is() => Gen.Select(AnyCommand.Array[0, 10], AnyCommand.Array[0, 20]).Sample(
        (first, second) =>
        {
            var identities = new Counter();
            var before = Apply(new KeySessions([Session(1, "key0", "id0"), Session(2, "key1", "id0"), Session(3, "key1", "id77")]), first, identities);
            var after = Apply(before, second, identities);
            var documents = before.Sessions.ToList();
            var changes = before.ChangesTo(after).ToList();
            foreach (var change in changes)
            {
                ApplyTo(documents, change);
            }

            Assert.Equal(after.Sessions.ToArray(), documents);
            Assert.Equal(changes.Count, changes.Select(c => (c.Before ?? c.After)!.DocumentId).Distinct().Count());
            Assert.DoesNotContain(changes, c => ReferenceEquals(c.Before, c.After));
        },
        iter: 5_000);

    [Fact]
    public void A_command_that_finds_nothing_changes_nothing_and_draws_no_id()
    {
        var identities = new Counter();
        foreach (var command in new ISessionCommand[] { new UpdateSession("id9", SessionData.Empty), new ReworkSession("id9"), new DeleteSession("id9"), new ClearSessions("key9") })
        {
            var sessions = new KeySessions([Session(1, "key0", "id0")]);
            Assert.Empty(sessions.ChangesTo(sessions.Apply(command, identities).After));
        }

        Assert.Equal("id1", identities.NewSessionId());
    }

    [Fact]
    public void A_session_that_came_and_went_leaves_no_change()
    {
        var sessions = Apply(KeySessions.None, [new CreateSession("key0", SessionData.Empty), new DeleteSession("id1")], new Counter());
        Assert.Empty(KeySessions.None.ChangesTo(sessions));
    }

    [Fact]
    public void A_command_that_nobody_decides_is_an_error_that_names_its_type_and_nothing_of_it()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => KeySessions.None.Apply(new Unknown("secret"), new Counter()));
        Assert.Contains("not a command about sessions", error.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(Unknown), error.ActualValue);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static Session Session(long documentId, string key, string id) => new(id, key, SessionData.Empty, 1.5, documentId, raw: null);

    private static KeySessions Apply(KeySessions sessions, IEnumerable<ISessionCommand> commands, Counter identities) =>
        commands.Aggregate(sessions, (current, command) => current.Apply(command, identities).After);

    private static void ApplyTo(List<Session> documents, DocumentChange change)
    {
        var place = change.Before is { } before ? documents.FindIndex(d => ReferenceEquals(d, before)) : documents.Count;
        if (change.Before is not null)
        {
            documents.RemoveAt(place);
        }

        if (change.After is { } after)
        {
            documents.Insert(place, after);
        }
    }

    /// <summary>The reply, or null where there is no such session.</summary>
    private static object? Naive(List<Session> rows, ISessionCommand command, Counter identities)
    {
        switch (command)
        {
            case CreateSession create:
                var id = identities.NewSessionId();
                rows.Add(new Session(id, create.SessionKey, create.Data, identities.Now(), identities.NewDocumentId(), raw: null));
                return id;
            case DeleteSession delete:
                return rows.RemoveAll(row => row.Id == delete.SessionId) > 0;
            case ClearSessions clear:
                return rows.RemoveAll(row => row.Key == clear.SessionKey);
            case ISessionIdCommand about when rows.All(row => row.Id != about.SessionId):
                return null;
            case UpdateSession update:
                ReplaceAll(rows, update.SessionId, row => new Session(row.Id, row.Key, update.Data, row.CreatedAtSeconds, row.DocumentId, row.Raw));
                return Done.Instance;
            case ReworkSession rework:
                var newId = identities.NewSessionId();
                ReplaceAll(rows, rework.SessionId, row => new Session(newId, row.Key, row.Data, row.CreatedAtSeconds, row.DocumentId, row.Raw));
                return newId;
            default:
                throw new NotSupportedException(command.GetType().Name);
        }
    }

    private static void ReplaceAll(List<Session> rows, string id, Func<Session, Session> change)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i] = rows[i].Id == id ? change(rows[i]) : rows[i];
        }
    }

    private sealed record Unknown(string SessionId) : ISessionCommand;

    private sealed class Counter : IIdentities
    {
        private int _ids;
        private long _documents = 100;

        public string NewSessionId() => $"id{++_ids}";

        public long NewDocumentId() => ++_documents;

        public double Now() => _documents;
    }
}
