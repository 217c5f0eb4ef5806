using Akka;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>The decisions about one owner's sessions, against a list of rows that does the same naively.</summary>
public sealed class KeySessionsSpec
{
    private static readonly SessionData[] SomeData = [SessionData.Empty, SessionData.From("""{"a":1}"""), SessionData.From("""{"b":[2]}""")];

    // Ids are drawn from few, so that most commands meet a session; one id starts out in two documents of two keys, as a jam file may have it.
    private static readonly Gen<ISessionCommand> AnyCommand = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7], Gen.Int[0, 9]).Select(
        (kind, id, data) => (ISessionCommand)(kind switch
        {
            0 or 1 => new CreateSession($"key{id % 2}", SomeData[data % 3]),
            2 => new UpdateSession($"id{id}", SomeData[data % 3]),
            3 => new DeleteSession($"id{id}"),
            4 => data == 0 ? new ClearSessions($"key{id % 2}") : new DeleteSession("id0"),
            _ => new ReworkSession($"id{id}"),
        }));

    // Few sessions are an array, many a tree; how many of either there are before, and commands that lead from one to the other and back.
    private static readonly Gen<(int Size, ISessionCommand[][] Batches)> AnyBatches =
        Gen.Select(Gen.Int[0, 6].Select(size => new[] { 0, 3, 11, 14, 18, 40, 300 }[size]), AnyCommand.Array[0, 12].Array[0, 6]);

    [Fact]
    public void Any_commands_do_and_state_what_the_naive_model_does() => AnyBatches.Sample(
        (size, batches) =>
        {
            var identities = new Counter();
            var rows = Documents(size);
            var sessions = KeySessions.Of([.. rows]);
            foreach (var command in batches.SelectMany(batch => batch))
            {
                var (before, rowsBefore) = (sessions, rows.ToList());
                var drawn = identities.Next();
                (sessions, var changes, var reply) = sessions.Apply(command, drawn);
                var expected = Naive(rows, command, drawn);
                Assert.Equal(expected is null ? typeof(SessionNotFoundException) : expected.GetType(), reply.GetType());
                Assert.True(expected is null || expected.Equals(reply));
                AssertHolds(rows, sessions);
                AssertHolds(rowsBefore, before);
                AssertDifference(rowsBefore, rows, changes);
                Assert.All(changes, change => Assert.Equal(IntentOf(command), change.Intent));
            }
        },
        iter: 3_000);

    [Fact]
    public void The_folded_changes_of_a_batch_are_the_difference_of_before_and_after() => AnyBatches.Sample(
        (size, batches) =>
        {
            var identities = new Counter();
            var sessions = KeySessions.Of([.. Documents(size)]);
            foreach (var batch in batches)
            {
                var (before, changes, all) = (sessions, default(BatchChanges), new List<DocumentChange>());
                foreach (var command in batch)
                {
                    (sessions, var stated, _) = sessions.Apply(command, identities.Next());
                    changes.Add(stated);
                    all.AddRange(stated);
                }

                changes.Fold();
                Assert.Equal(all, changes.Stated.ToArray());
                AssertDifference([.. before], [.. sessions], changes.Folded.ToArray());
                AssertHolds([.. sessions], before.With(changes.Folded));
                foreach (var change in changes.Folded)
                {
                    var ofDocument = all.Where(one => (one.Before ?? one.After)!.DocumentId == (change.Before ?? change.After)!.DocumentId).ToList();
                    Assert.Equal(ofDocument.Aggregate(Intent.None, (intents, one) => intents | one.Intent), change.Intent);
                    Assert.Same(ofDocument[0].Before, change.Before);
                    Assert.Same(ofDocument[^1].After, change.After);
                }
            }
        },
        iter: 3_000);

    [Fact]
    public void Ten_updates_of_a_session_are_ten_changes_and_one_document()
    {
        var (sessions, changes) = (KeySessions.Of([Session(1, "key0", "id0")]), default(BatchChanges));
        var before = sessions.Any;
        for (var i = 0; i < 10; i++)
        {
            (sessions, var stated, _) = sessions.Apply(new UpdateSession("id0", SomeData[i % 3]), new Counter().Next());
            changes.Add(stated);
        }

        changes.Fold();
        Assert.Equal(10, changes.Stated.Length);
        var folded = Assert.Single(changes.Folded.ToArray());
        Assert.Same(before, folded.Before);
        Assert.Same(sessions.Any, folded.After);
        Assert.Equal(Intent.Updated, folded.Intent);
    }

    [Fact]
    public void A_command_that_finds_nothing_changes_nothing()
    {
        var identities = new Counter();
        foreach (var command in new ISessionCommand[] { new UpdateSession("id9", SessionData.Empty), new ReworkSession("id9"), new DeleteSession("id9"), new ClearSessions("key9") })
        {
            var sessions = KeySessions.Of([Session(1, "key0", "id0")]);
            var decision = sessions.Apply(command, identities.Next());
            Assert.Empty(decision.Changes);
            Assert.True(decision.After.Is(sessions));
        }
    }

    [Fact]
    public void A_touch_without_a_lifetime_changes_nothing() => Assert.Empty(KeySessions.Of([Session(1, "key0", "id0")]).Apply(new TouchSession("id0"), new Counter().Next()).Changes);

    [Fact]
    public void A_session_that_came_and_went_leaves_no_document_to_change()
    {
        var (identities, changes) = (new Counter(), default(BatchChanges));
        var created = KeySessions.None.Apply(new CreateSession("key0", SessionData.Empty), identities.Next());
        var deleted = created.After.Apply(new DeleteSession("id1"), identities.Next());
        changes.Add(created.Changes);
        changes.Add(deleted.Changes);
        changes.Fold();
        Assert.True(changes.Folded.IsEmpty);
        Assert.Equal([Intent.Created, Intent.Deleted], changes.Stated.ToArray().Select(change => change.Intent));
        Assert.True(deleted.After.Is(KeySessions.None));
    }

    [Fact]
    public void Sessions_whose_ids_have_one_hash_are_all_found()
    {
        var id = (int number) => $"J$_{number:D8}{new string('x', 100)}";
        var sessions = KeySessions.Of([.. Enumerable.Range(0, 50).Select(number => Session(number, "key", id(number)))]);
        for (var number = 0; number < 50; number++)
        {
            Assert.Equal(number, sessions.Find(id(number))!.DocumentId);
            (sessions, _, var reply) = sessions.Apply(new DeleteSession(id(number)), new Counter().Next());
            Assert.Equal(true, reply);
            Assert.False(sessions.Contains(id(number)));
        }

        Assert.True(sessions.IsEmpty);
    }

    [Fact]
    public void A_session_that_is_not_there_cannot_be_changed() => Assert.Throws<InvalidOperationException>(
        () => KeySessions.Of([Session(1, "key", "id0")]).With([new DocumentChange(Session(1, "key", "id0"), null)]));

    [Fact]
    public void A_change_among_100000_sessions_allocates_at_most_three_times_what_one_among_ten_does()
    {
        var few = BytesOfUpdate(10);
        var many = BytesOfUpdate(100_000);
        Assert.True(many <= 3 * few, $"{many} bytes among 100,000 sessions, {few} among ten");
    }

    [Fact]
    public void A_command_that_nobody_decides_is_an_error_that_names_its_type_and_nothing_of_it()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => KeySessions.None.Apply(new Unknown("secret"), new Counter().Next()));
        Assert.Contains("not a command about sessions", error.Message, StringComparison.Ordinal);
        Assert.Equal(nameof(Unknown), error.ActualValue);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Of the decision and the fold, on average of a thousand updates.</summary>
    private static long BytesOfUpdate(int size)
    {
        const int Updates = 1000;
        var sessions = KeySessions.Of([.. Enumerable.Range(0, size).Select(number => Session(number, "key", $"id{number}"))]);
        var commands = Enumerable.Range(0, Updates).Select(i => new UpdateSession($"id{i * 7919 % size}", SomeData[i % 3])).ToArray();
        var identities = new Counter();
        var before = 0L;
        for (var i = -1; i < Updates; i++)
        {
            // The first one is for the compiler.
            before = i == 0 ? GC.GetAllocatedBytesForCurrentThread() : before;
            (sessions, var stated, _) = sessions.Apply(commands[Math.Max(i, 0)], identities.Next());
            var changes = default(BatchChanges);
            changes.Add(stated);
            changes.Fold();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Updates;
    }

    private static Document Session(long documentId, string key, string id) => new(id, key, SessionData.Empty, 1.5, documentId, raw: null);

    private static List<Document> Documents(int size) =>
    [
        Session(3, "key0", "id0"), Session(2, "key1", "id0"), Session(1, "key1", "id77"),
        .. Enumerable.Range(1000, size).Select(number => Session(number, $"key{number % 2}", $"old{number}")),
    ];

    private static Intent IntentOf(ISessionCommand command) => command switch
    {
        CreateSession => Intent.Created,
        UpdateSession => Intent.Updated,
        ReworkSession => Intent.Reworked,
        DeleteSession => Intent.Deleted,
        _ => Intent.Cleared,
    };

    /// <summary>The same documents, those of each id in the same order; each of them is found.</summary>
    private static void AssertHolds(List<Document> rows, KeySessions sessions)
    {
        Assert.Equal((rows.Count, rows.Count == 0), (sessions.Count, sessions.IsEmpty));
        Assert.Equal(rows.OrderBy(row => row.DocumentId), sessions.OrderBy(session => session.DocumentId));
        Assert.All(sessions, session => Assert.True(sessions.Has(session)));
        foreach (var sameId in rows.GroupBy(row => row.Id))
        {
            Assert.Equal(sameId.First().DocumentId, sessions.Find(sameId.Key)!.DocumentId);
            Assert.Equal(sameId.Select(row => row.DocumentId), sessions.Where(session => session.Id == sameId.Key).Select(session => session.DocumentId));
        }
    }

    /// <summary>Each document that differs once, and none that does not.</summary>
    private static void AssertDifference(List<Document> before, List<Document> after, DocumentChange[] changes)
    {
        var (was, @is) = (before.ToDictionary(session => session.DocumentId), after.ToDictionary(session => session.DocumentId));
        var stated = changes.ToDictionary(change => (change.Before ?? change.After)!.DocumentId);
        foreach (var id in was.Keys.Union(@is.Keys))
        {
            var (old, now) = (was.GetValueOrDefault(id), @is.GetValueOrDefault(id));
            Assert.True(stated.Remove(id, out var change) || (old is not null && old == now));
            Assert.True(change == default || (Equals(change.Before, old) && Equals(change.After, now)));
        }

        Assert.Empty(stated);
    }

    /// <summary>The reply, or null where there is no such session.</summary>
    private static object? Naive(List<Document> rows, ISessionCommand command, Drawn drawn)
    {
        switch (command)
        {
            case CreateSession create:
                rows.Add(new Document(drawn.SessionId!, create.SessionKey, create.Data, UnixTime.FromDateTimeOffset(new DateTimeOffset(drawn.Now, TimeSpan.Zero)), drawn.DocumentId, raw: null));
                return drawn.SessionId;
            case DeleteSession delete:
                return rows.RemoveAll(row => row.Id == delete.SessionId) > 0;
            case ClearSessions clear:
                return rows.RemoveAll(row => row.Key == clear.SessionKey);
            case ISessionIdCommand about when rows.All(row => row.Id != about.SessionId):
                return null;
            case UpdateSession update:
                ReplaceAll(rows, update.SessionId, row => new Document(row.Id, row.Key, update.Data, row.CreatedAtSeconds, row.DocumentId, row.Raw));
                return Done.Instance;
            case ReworkSession rework:
                ReplaceAll(rows, rework.SessionId, row => new Document(drawn.SessionId!, row.Key, row.Data, row.CreatedAtSeconds, row.DocumentId, row.Raw));
                return drawn.SessionId;
            default:
                throw new NotSupportedException(command.GetType().Name);
        }
    }

    private static void ReplaceAll(List<Document> rows, string id, Func<Document, Document> change)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i] = rows[i].Id == id ? change(rows[i]) : rows[i];
        }
    }

    private sealed record Unknown(string SessionId) : ISessionCommand;

    /// <summary>Ids and numbers, one after the other.</summary>
    private sealed class Counter
    {
        private int _ids;
        private long _documents = 100;

        public Drawn Next() => new($"id{++_ids}", ++_documents, DateTimeOffset.UnixEpoch.Ticks + (_documents * TimeSpan.TicksPerSecond));
    }
}
