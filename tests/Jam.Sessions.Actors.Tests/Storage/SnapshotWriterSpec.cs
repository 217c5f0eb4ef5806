using System.Text;
using Jam.Sessions.Actors.Storage;
using static Jam.Sessions.Actors.Tests.Storage.StoredFiles;

namespace Jam.Sessions.Actors.Tests.Storage;

/// <summary>Writing a session file: what is in it, in which pieces, and that it is synced last.</summary>
public sealed class SnapshotWriterSpec
{
    private readonly StoredFiles _files = new();

    [Fact]
    public void Documents_stand_between_head_and_tail_as_python_separates_them()
    {
        Assert.Equal("""{"_default": {}}""", Written());
        Assert.Equal($$$"""{"_default": {"1": {{{Document("id1")}}}}}""", Written(Session(1)));
        Assert.Equal($$$"""{"_default": {"1": {{{Document("id1")}}}, "7": {{{Document("id7")}}}, "3": {{{Document("id3")}}}}}""", Written(Session(1), Session(7), Session(3)));
    }

    [Fact]
    public void A_small_file_is_one_write_and_synced_after_it()
    {
        Written(Session(1), Session(2), Session(3));
        Assert.Equal(["Create", "Write", "Sync"], Operations());
    }

    [Fact]
    public void A_large_file_is_written_in_pieces_each_behind_the_one_before_and_synced_once()
    {
        var large = new Session("id", "key", SessionData.From($$"""{"a": "{{new string('x', 1 << 19)}}"}"""), 1.5, 1, raw: null);
        Assert.Equal(7, Written([.. Enumerable.Repeat(large, 7)]).Split(", \"1\": ").Length);
        Assert.InRange(Operations().Count(operation => operation == "Write"), 2, 7);
        Assert.Equal(Operations().Count() - 1, Operations().ToList().IndexOf("Sync"));
    }

    private IEnumerable<string> Operations() => _files.Asked.Select(asked => asked.Split(' ')[0]);

    private string Written(params Session[] documents)
    {
        const string Name = "written";
        _files.Disk.Delete(Name);
        _files.Asked.Clear();
        using var file = _files.Disk.Create(Name);
        var fingerprint = SnapshotWriter.Write(file, Snapshot.StandardHead, documents, Snapshot.StandardTail, new DocumentCodec(null));
        Assert.Equal(Fingerprint.Empty.With(_files.Disk.Content(Name)), fingerprint);
        return Encoding.UTF8.GetString(_files.Disk.Content(Name)!);
    }
}
