using CsCheck;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Index;

/// <summary>The table of committed sessions: file order, claims of ids, and ids that a file has several times.</summary>
public sealed class SessionTableSpec
{
    [Fact]
    public void File_order_is_that_of_a_list_whatever_is_deleted() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000]).Array[0, 400].Sample(
        steps =>
        {
            var list = Enumerable.Range(1, 5).Select(id => Document(id)).ToList();
            var order = new FileOrder(list.ToArray());
            var next = 6L;
            foreach (var (kind, at) in steps)
            {
                var place = list.Count == 0 ? 0 : at % list.Count;
                if (kind < 4 || list.Count == 0)
                {
                    list.Add(Document(next++));
                    order.Apply([new DocumentChange(null, list[^1])]);
                }
                else if (kind < 6)
                {
                    var changed = list[place].WithData(SessionData.Empty);
                    order.Apply([new DocumentChange(list[place], changed)]);
                    list[place] = changed;
                }
                else
                {
                    order.Apply([new DocumentChange(list[place], null)]);
                    list.RemoveAt(place);
                }
            }

            Assert.Equal(list.Count, order.Capture().Length);
            Assert.All(order.Capture().Zip(list), pair => Assert.Same(pair.Second, pair.First));
        },
        iter: 500);

    [Fact]
    public void A_session_that_its_owner_no_longer_has_is_not_there_though_its_slot_is()
    {
        var leaving = Document(1, id: "leaving");
        var table = new SessionTable([leaving]);
        leaving.IsInTransit = true;
        Assert.True(table.TryFind("leaving", out var found));
        Assert.Same(leaving, found);
        table.Publish(leaving.Key, table.Of(leaving.Key), KeySessions.None, []);
        Assert.False(table.TryFind("leaving", out found));
        Assert.Null(found);
    }

    [Fact]
    public void An_id_is_claimed_once()
    {
        var table = new SessionTable([Document(1, id: "taken")]);
        Assert.False(table.TryReserve("taken"));
        Assert.True(table.TryReserve("free"));
        Assert.False(table.TryReserve("free"));
        table.Release("free");
        Assert.True(table.TryReserve("free"));
        Assert.False(table.TryReserve("taken"));
    }

    [Fact]
    public void Document_ids_go_on_behind_the_highest()
    {
        Assert.Equal(1, new SessionTable([]).NewDocumentId());
        var table = new SessionTable([Document(5), Document(2), new Document("", "", SessionData.Unreadable, 0, Actors.Model.Document.NoDocumentId, "\"a\": 1"u8.ToArray())]);
        Assert.Equal([6, 7], new[] { table.NewDocumentId(), table.NewDocumentId() });
    }

    [Fact]
    public void A_committed_change_is_found_and_the_old_id_is_not()
    {
        var table = new SessionTable([]);
        var created = Document(1, key: "k", id: "a");
        Publish(table, "k", created);
        Assert.True(table.TryFind("a", out var found));
        Assert.Same(created, found);
        Publish(table, "k", created.WithId("b"));
        Assert.False(table.TryFind("a", out _));
        Assert.True(table.TryFind("b", out _));
        Publish(table, "k");
        Assert.False(table.TryFind("b", out _));
        Assert.Equal((0, 0), (table.Count, table.Of("k").Count));
    }

    [Fact]
    public void Of_documents_with_one_id_the_first_is_served_and_its_end_uncovers_the_next()
    {
        var (first, second, third) = (Document(1, "k1", "x"), Document(2, "k2", "x"), Document(3, "k2", "y"));
        var table = new SessionTable([first, second, third]);
        Assert.True(table.TryFind("x", out var found));
        Assert.Same(first, found);
        Assert.Equal(2, table.Count);
        Assert.Equal(table.OwnerOf("k1"), table.OwnerOf("k2"));

        var owner = table.OwnerOf("k1");
        Assert.Equal([first, second, third], table.Of(owner).ToArray());
        Publish(table, owner, second, third);
        Assert.True(table.TryFind("x", out found));
        Assert.Same(second, found);
        Publish(table, owner, third);
        Assert.False(table.TryFind("x", out _));
    }

    [Fact]
    public void Documents_with_one_id_change_and_move_together()
    {
        var table = new SessionTable([Document(1, "k1", "x"), Document(2, "k2", "x")]);
        var owner = table.OwnerOf("k2");
        Publish(table, owner, [.. table.Of(owner).Select(s => s.WithId("z"))]);
        Assert.False(table.TryFind("x", out _));
        Publish(table, owner, [.. table.Of(owner).Select(s => s.WithData(SessionData.From("""{"a":1}""")))]);
        Assert.True(table.TryFind("z", out var found));
        Assert.Equal(("k1", 7), (found.Key, found.Data.Length));
        Assert.Equal([1L, 2L], table.Of(owner).Select(d => d.DocumentId));
    }

    [Fact]
    public void Of_documents_that_move_to_a_new_id_together_the_first_is_served_however_the_table_grows()
    {
        for (var trial = 0; trial < 300; trial++)
        {
            var (first, second) = (Document(1, "k1", "x"), Document(2, "k2", "x"));
            var table = new SessionTable([first, second]);
            var owner = table.OwnerOf("k2");
            var moved = $"moved{trial}";
            Publish(table, owner, first.WithId(moved), second.WithId(moved));
            Publish(table, "other", [.. Enumerable.Range(10, 1000).Select(number => Document(number, "other", $"{trial}-{number}"))]);
            Assert.True(table.TryFind(moved, out var found));
            Assert.Equal(1, found.DocumentId);
            Publish(table, owner, [.. table.Of(owner).Where(document => document.DocumentId == 2)]);
            Assert.True(table.TryFind(moved, out found));
            Assert.Equal(2, found.DocumentId);
            Publish(table, owner);
            Assert.False(table.TryFind(moved, out _));
        }
    }

    [Fact]
    public void Keys_that_ids_link_in_a_chain_have_one_owner()
    {
        var table = new SessionTable(
            [Document(1, "a", "1"), Document(2, "b", "1"), Document(3, "c", "2"), Document(4, "d", "2"), Document(5, "d", "3"), Document(6, "b", "3"), Document(7, "e", "4")]);
        Assert.Single(new[] { "a", "b", "c", "d" }.Select(table.OwnerOf).Distinct());
        Assert.Equal("e", table.OwnerOf("e"));
        Assert.Equal("new", table.OwnerOf("new"));
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], table.Of(table.OwnerOf("c")).Select(s => s.DocumentId));
    }

    [Fact]
    public void Documents_that_are_no_sessions_keep_their_place_and_are_not_found()
    {
        var opaque = new Document("", "", SessionData.Unreadable, 0, Actors.Model.Document.NoDocumentId, "\"a\": 1"u8.ToArray());
        var table = new SessionTable([Document(1), opaque, opaque, Document(2)]);
        Assert.Equal(2, table.Count);
        Assert.Equal(4, new FileOrder([Document(1), opaque, opaque, Document(2)]).Capture().Length);
        Assert.Empty(table.Of(""));
    }

    [Fact]
    public void Long_ids_of_a_host_that_look_like_tokens_and_end_alike_are_all_found()
    {
        const int Ids = 500;
        var id = (int number) => $"J$_{number:D8}{new string('x', 100)}";
        Assert.Equal(SessionIds.HashOf(id(1)), SessionIds.HashOf(id(2)));
        var table = new SessionTable([.. Enumerable.Range(0, Ids).Select(number => Document(number + 1, $"user{number}", id(number)))]);
        Publish(table, "more", [.. Enumerable.Range(Ids, Ids).Select(number => Document(number + 1, "more", id(number)))]);
        for (var number = 0; number < 2 * Ids; number++)
        {
            Assert.True(table.TryFind(id(number), out var found));
            Assert.Equal(number + 1, found.DocumentId);
            Assert.False(table.TryReserve(id(number)));
        }

        Publish(table, "more");
        Publish(table, "user7");
        Assert.Equal(Ids - 1, table.Count);
        for (var number = 0; number < 2 * Ids; number++)
        {
            Assert.Equal(number < Ids && number != 7, table.TryFind(id(number), out _));
        }
    }

    private static Document Document(long documentId, string key = "key", string? id = null) =>
        new(id ?? $"id{documentId}", key, SessionData.Empty, 1.5, documentId, raw: null);

    private static void Publish(SessionTable table, string owner, params Document[] after)
    {
        var before = table.Of(owner);
        var changes = before.Where(was => after.All(s => s.DocumentId != was.DocumentId)).Select(was => new DocumentChange(was, null))
            .Concat(after.Select(s => new DocumentChange(before.FirstOrDefault(was => was.DocumentId == s.DocumentId), s)))
            .Where(change => !ReferenceEquals(change.Before, change.After));
        table.Publish(owner, before, KeySessions.Of(after), [.. changes]);
    }
}
