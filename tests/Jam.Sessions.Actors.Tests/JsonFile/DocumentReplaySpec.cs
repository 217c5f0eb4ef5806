using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using static Jam.Sessions.Actors.Tests.JsonFile.StoredFiles;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>A journal's changes on top of a file's documents: each keeps its place, as in a Python dict.</summary>
public sealed class DocumentReplaySpec
{
    private static readonly Document Opaque = new("", "", SessionData.Unreadable, 0, 2, "\"2\": null"u8.ToArray());

    [Fact]
    public void Without_changes_the_documents_are_those_of_the_file()
    {
        List<Document> documents = [Session(1), Opaque];
        Assert.Equal(documents, new DocumentReplay(documents, now: 0).Documents());
    }

    [Fact]
    public void A_changed_document_keeps_its_place_and_a_new_one_comes_last()
    {
        var replay = new DocumentReplay([Session(1), Session(3)], now: 0);
        replay.Put(2, Session(2));
        replay.Put(1, Session(1, "changed"));
        replay.Put(2, Session(2, "changed too"));
        Assert.Equal(["changed", "id3", "changed too"], replay.Documents().Select(document => document.Id));
    }

    [Fact]
    public void A_document_that_is_gone_and_made_again_comes_last()
    {
        var replay = new DocumentReplay([Session(1), Session(2), Session(3)], now: 0);
        replay.Put(1, null);
        replay.Put(3, null);
        replay.Put(3, null);
        replay.Put(1, Session(1, "again"));
        Assert.Equal(["id2", "again"], replay.Documents().Select(document => document.Id));
    }

    [Fact]
    public void A_document_that_is_no_session_stays_whatever_happens_under_its_number()
    {
        var replay = new DocumentReplay([Opaque, Opaque, Session(1)], now: 0);
        replay.Put(2, null);
        replay.Put(2, Session(2));
        Assert.Equal([true, true, false, false], replay.Documents().Select(document => document.IsOpaque));
    }
}
