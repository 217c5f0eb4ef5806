using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Wherever a chunk ends and however many threads read, a file means what it means to one thread that reads it from end to end.</summary>
public sealed class ParallelReaderSpec
{
    private const string Path = "/folder/sessions.json";
    private static readonly Fernet Cipher = Fernet.FromKey("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", TimeProvider.System);

    private static readonly string Documents = string.Join(", ", Enumerable.Range(1, 12).Select(i => Document($"{i}")));

    [Theory]
    [InlineData("")]
    [InlineData("\"5\": {\"key\": \"again\", \"session_id\": \"x\"}")]
    [InlineData("\"20\": {\"meta\": {\"1\": {}, \"2\": {\"key\": \"not one\"}, \"3\": {}}, \"key\": \"k\"}, \"x\": [1.50], \"21\": null")]
    [InlineData("\"20\": {\"key\": \"}, \", \"session_id\": \"}, \", \"data\": \"}, \\\"1\\\": {}, \"}")]
    [InlineData("\"20\" :\n{ } , \"20\" : {\"key\": 5}")]
    public void The_snapshot_is_the_same_wherever_chunks_end(string between)
    {
        var parts = new[] { Documents, between, Document("30"), Document("31") }.Where(part => part.Length > 0);
        AssertSameWhereverChunksEnd($$"""{"users": {"1": {}, "2": {} }, "_default": { {{string.Join(", ", parts)}} }, "z": {"1": {"key": "k"}, "2": {}, "3": {} } }""");
    }

    [Theory]
    [InlineData("\"13\": nul", "")]
    [InlineData("\"13\": {\"key\": \"\\x\"}", "")]
    [InlineData("\"13\": {\"key\": \"k\" \"session_id\": 1}", "\"31\": nul")]
    [InlineData("\"13\": {}}, \"14\": {}", "\"31\": {\"key\": x}")]
    [InlineData("\"13\": {\"a\": {\"b\": {}, \"c\": {}, \"d\": tru}}", "x")]
    [InlineData("\"13\": {\"key\": \"never ends", "")]
    public void The_first_damage_is_reported_at_its_place_wherever_chunks_end(string damage, string later)
    {
        var outcome = AssertSameWhereverChunksEnd($$"""{"_default": { {{Documents}}, {{damage}}, {{Documents}}, {{later}}, {{Documents}} } }""");
        Assert.Contains("is damaged at byte", outcome, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_ends_in_any_place_is_refused_with_that_place_wherever_chunks_end()
    {
        var json = $$"""{"_default": { {{Document("1")}}, {{Document("2")}}, {{Document("3")}} } }""";
        for (var length = 1; length < json.Length; length += 5)
        {
            AssertSameWhereverChunksEnd(json[..length], step: 3);
        }
    }

    [Fact]
    public void Only_documents_of_the_table_tell_whether_the_secret_fits()
    {
        var token = Encoding.ASCII.GetString(Cipher.Encrypt("{}"u8));
        var others = string.Join(", ", Enumerable.Range(1, 6).Select(i => Document($"{i}", token)));
        var bytes = Encoding.UTF8.GetBytes($$"""{"_default": { {{Documents}} }, "old": { {{others}} } }""");
        for (var chunkSize = 1; chunkSize < bytes.Length; chunkSize += 7)
        {
            var reader = new DocumentReader(null);
            Read(bytes, chunkSize, reader);
            Assert.Equal((0, true), (reader.Counts.Tokens, reader.Counts.Plain >= 12));
            reader.Validate(Path);
        }
    }

    [Fact]
    public void Tokens_are_decrypted_and_counted_whoever_reads_them()
    {
        var token = Encoding.ASCII.GetString(Cipher.Encrypt("{\"a\":1}"u8));
        var bytes = Encoding.UTF8.GetBytes($$"""{"_default": { {{string.Join(", ", Enumerable.Range(1, 20).Select(i => Document($"{i}", token)))}} } }""");
        var reader = new DocumentReader(KeyRing.Of(Cipher));
        Assert.All(Read(bytes, 1_000, reader).Documents, document => Assert.Equal("{\"a\":1}", document.Data.Json));
        Assert.Equal((20, 0, 0), (reader.Counts.Read, reader.Counts.Plain, reader.Counts.Outdated));
        Assert.Throws<SessionSecretException>(() =>
        {
            var plain = new DocumentReader(null);
            Read(bytes, 1_000, plain);
            plain.Validate(Path);
        });
    }

    [Fact]
    public void A_disk_that_fails_in_the_middle_is_reported_as_such()
    {
        var files = new StoredFiles();
        files.Json($$"""{"_default": { {{Documents}} } }""");
        var reads = 0;
        files.Fault = (operation, _) => operation == "Read" && ++reads == 3 ? new IOException("bad sector") : null;
        Assert.Equal("bad sector", Assert.Throws<IOException>(() => SnapshotReader.Read(files.Disk, StoredFiles.JsonPath, new DocumentReader(null), 400)).Message);
    }

    [Fact]
    public void Nearly_all_of_a_large_file_is_read_in_chunks()
    {
        using var file = new BytesDisk { Files = { [Path] = Encoding.UTF8.GetBytes(Documents) } }.OpenRead(Path)!;
        var ahead = ParallelReader.Read(file, 0, Fingerprint.Empty, 400, new DocumentReader(null));
        Assert.Equal(Enumerable.Range(1, 11), ahead.Documents.SelectMany(documents => documents).Select(document => (int)document.DocumentId));
        Assert.Equal(Documents.LastIndexOf("\"12\"", StringComparison.Ordinal), ahead.Position);
        Assert.Equal(Fingerprint.Empty.With(Encoding.UTF8.GetBytes(Documents)), ahead.Fingerprint);
    }

    private static string Document(string name, string data = "{\\\"a\\\": 1}") =>
        $$"""  "{{name}}": {"key": "user{{name}}", "session_id": "id{{name}}", "data": "{{data}}", "created_at": 1795367285.296665}""".TrimStart();

    private static string AssertSameWhereverChunksEnd(string json, int step = 1)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var whole = Outcome(bytes, int.MaxValue);
        for (var chunkSize = 1; chunkSize <= bytes.Length; chunkSize += step)
        {
            Assert.Equal(whole, Outcome(bytes, chunkSize));
        }

        return whole;
    }

    private static Snapshot Read(byte[] bytes, int chunkSize, DocumentReader reader) =>
        SnapshotReader.Read(new BytesDisk { Files = { [Path] = bytes } }, Path, reader, chunkSize);

    private static string Outcome(byte[] bytes, int chunkSize)
    {
        try
        {
            var read = Read(bytes, chunkSize, new DocumentReader(null));
            return string.Join('\n', read.Documents
                .Select(d => $"{d.DocumentId} {d.Key} {d.Id} {d.Data.Json} {d.CreatedAtSeconds:R} {(d.Raw is null ? "-" : Encoding.UTF8.GetString(d.Raw))}")
                .Append(Encoding.UTF8.GetString(read.Head)).Append(Encoding.UTF8.GetString(read.Tail)).Append(read.Fingerprint.ToString()));
        }
        catch (SessionStoreCorruptException e)
        {
            return e.Message;
        }
    }
}
