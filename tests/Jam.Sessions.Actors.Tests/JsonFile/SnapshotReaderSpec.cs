using System.Text;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Reading TinyDB files: what is kept, what is refused, and that the size of reads does not matter.</summary>
public sealed class SnapshotReaderSpec
{
    private const string Path = "/folder/sessions.json";

    private const string Document = """{"key": "user1", "session_id": "id1", "data": "{\"a\": 1}", "created_at": 1795367285.296665}""";

    public static TheoryData<string> GoldenFiles { get; } = [.. Golden("*.json")];

    [Theory]
    [MemberData(nameof(GoldenFiles))]
    public void However_few_bytes_a_read_brings_the_snapshot_is_the_same(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (bytes.Length > 10_000)
        {
            return;
        }

        var whole = Outcome(bytes);
        Gen.Int[20, 400].Sample(count => Assert.Equal(whole, Outcome(bytes, count)), iter: 2, threads: 1);
        Assert.Equal(whole, Outcome(bytes, bytes.Length > 1_000 ? 7 : 1));
    }

    [Fact]
    public void Golden_bytes_that_were_changed_are_read_or_refused()
    {
        var files = Golden("u*.json").Select(File.ReadAllBytes).Where(bytes => bytes.Length is > 0 and < 20_000).ToArray();
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte).Array[1, 3]).Sample(
            (file, changes) =>
            {
                var bytes = files[file].ToArray();
                foreach (var (at, value) in changes)
                {
                    bytes[at % bytes.Length] = value;
                }

                Outcome(bytes);
            },
            iter: 2_000);
    }

    [Fact]
    public void A_document_larger_than_the_buffer_is_read_in_memory_of_its_size()
    {
        var large = new string('x', 3_000_000);
        var bytes = Encoding.UTF8.GetBytes(
            $$$"""{"_default": {"1": {{{Document}}}, "2": {"key": "{{{large}}}", "session_id": "b", "data": "{}", "created_at": 1.0}, "3": {{{Document}}} } }""");
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var snapshot = Read(bytes, 70_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, large.Length, 30L * large.Length);
        Assert.Equal([1, 2, 3], snapshot.Documents.Select(d => d.DocumentId));
        Assert.Equal(large, snapshot.Documents[1].Key);
        Assert.Equal(Fingerprint.Empty.With(bytes), snapshot.Fingerprint);
    }

    [Theory]
    [InlineData("", "{\"_default\": ", "}")]
    [InlineData("null", "{\"_default\": ", "}")]
    [InlineData(" null\n", "{\"_default\": ", "}")]
    [InlineData("{}", "{\"_default\": ", "}")]
    [InlineData("{ }", "{\"_default\": ", "}")]
    [InlineData("{\"_default\": {}}\n", "{\"_default\": ", "}")]
    [InlineData("{\"users\" :{\"1\" :{\"a\":1.50 }}}", "{\"users\" :{\"1\" :{\"a\":1.50 }}, \"_default\": ", "}")]
    [InlineData("{\"users\": {\"1\": {}}, \"_default\" :  {}}", "{\"users\": {\"1\": {}}, \"_default\" :  ", "}")]
    [InlineData("{\"_default\":{ },\"a\": [1E2, \"é\"] }", "{\"_default\":", ",\"a\": [1E2, \"é\"] }")]
    [InlineData("{\"_d\\u0065fault\": {}}", "{\"_d\\u0065fault\": ", "}")]
    public void What_stands_around_the_table_is_kept_verbatim(string json, string head, string tail)
    {
        for (var bytesPerRead = 1; bytesPerRead < 5; bytesPerRead++)
        {
            var snapshot = Read(Encoding.UTF8.GetBytes(json), bytesPerRead);
            Assert.Empty(snapshot.Documents);
            Assert.Equal((head, tail), (Encoding.UTF8.GetString(snapshot.Head), Encoding.UTF8.GetString(snapshot.Tail)));
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_empty_store() =>
        Assert.Equal((0, Fingerprint.Empty), (SnapshotReader.Read(new BytesDisk(), Path, new DocumentReader(null)) is var s ? s.Documents.Count : -1, s.Fingerprint));

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("nul", 3)]
    [InlineData("nope", 0)]
    [InlineData("\uFEFF{}", 0)]
    [InlineData("   ", 3)]
    [InlineData("{\"_default\": null}", 13)]
    [InlineData("{\"_default\": []}", 13)]
    [InlineData("{\"_default\": {}}x", 16)]
    [InlineData("{\"_default\": {}}  {}", 18)]
    [InlineData("null null", 5)]
    [InlineData("{\"_default\": {}}\0", 16)]
    [InlineData("{\"_default\": {\"1\": {}", 21)]
    [InlineData("{\"_default\": {\"1\": {},}}", 22)]
    public void Damage_is_refused_with_its_offset(string json, int offset)
    {
        for (var bytesPerRead = 1; bytesPerRead < 40; bytesPerRead += 3)
        {
            var damage = Assert.Throws<SessionStoreCorruptException>(() => Read(Encoding.UTF8.GetBytes(json), bytesPerRead));
            Assert.Equal((Path, offset), (damage.Path, damage.Offset));
        }
    }

    [Theory]
    [InlineData("{\"_default\": {}, \"_default\": {}}", 29, "not the JSON that jam writes; it has two tables named _default")]
    [InlineData("{\"_default\": {}} x", 17, "not the JSON that jam writes; something follows the end of the JSON")]
    [InlineData("{\"_default\" {}}", 12, "not the JSON that jam writes; ':' expected")]
    public void The_error_says_where_what_was_found_and_what_to_do(string json, int offset, string finding)
    {
        var damage = Assert.Throws<SessionStoreCorruptException>(() => Read(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(
            $"{Path} is damaged at byte {offset}: {finding}. The file was left untouched. Restore the file from a backup, or move it away to begin with an empty store.",
            damage.Message);
    }

    [Theory]
    [InlineData("1,2,1", "1,2")]
    [InlineData("01,2,1", "1,2")]
    [InlineData("1,2,01", "1,2")]
    [InlineData("5,2,5,2,7,5", "5,2,7")]
    [InlineData("3,1,2,1,3", "3,1,2")]
    public void Of_documents_with_one_id_the_last_counts_in_the_place_of_the_first(string names, string ids)
    {
        var members = names.Split(',').Select((name, i) => $$"""  "{{name}}": {"key": "k", "session_id": "s{{i}}", "data": "{}", "created_at": 1.0}""");
        var snapshot = Read(Encoding.UTF8.GetBytes("{\"_default\": {" + string.Join(',', members) + "}}"));
        Assert.Equal(ids, string.Join(',', snapshot.Documents.Select(d => d.DocumentId)));
        var lastPlaces = names.Split(',').Select((name, i) => (Id: int.Parse(name, null), i)).GroupBy(n => n.Id, n => n.i).ToDictionary(g => g.Key, g => g.Last());
        Assert.All(snapshot.Documents, d => Assert.Equal($"s{lastPlaces[(int)d.DocumentId]}", d.Id));
    }

    [Fact]
    public void Documents_that_are_no_sessions_are_kept_where_they_are()
    {
        var snapshot = Read("""{"_default": {"2": null, "abc": {}, "1.0": [1], "1": {}}}"""u8.ToArray());
        Assert.Equal([true, true, true, false], snapshot.Documents.Select(d => d.IsOpaque));
        Assert.Equal(["\"2\": null", "\"abc\": {}", "\"1.0\": [1]"], snapshot.Documents.Take(3).Select(d => Encoding.UTF8.GetString(d.Raw!)));
    }

    [Fact]
    public void Documents_whose_names_are_no_numbers_all_stay_also_among_ids_that_repeat()
    {
        var snapshot = Read("""{"_default": {"2": {"key": "first"}, "a": 1, "1": {}, "b": 2, "a": 3, "2": {"key": "last"}, "c": 4, "1": null}}"""u8.ToArray());
        Assert.Equal(["last", "\"a\": 1", "\"1\": null", "\"b\": 2", "\"a\": 3", "\"c\": 4"], snapshot.Documents.Select(d => d.IsOpaque ? Encoding.UTF8.GetString(d.Raw!) : d.Key));
    }

    private static IEnumerable<string> Golden(string pattern) =>
        Directory.EnumerateFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures"), pattern, SearchOption.AllDirectories)
            .Where(file => file.Split('/', '\\')[^2] is "plain" or "damaged" && !file.EndsWith(".expected.json", StringComparison.Ordinal) && !file.EndsWith(".seed.json", StringComparison.Ordinal));

    private static Snapshot Read(byte[] bytes, int bytesPerRead = int.MaxValue) =>
        SnapshotReader.Read(new BytesDisk(bytesPerRead) { Files = { [Path] = bytes } }, Path, new DocumentReader(null));

    /// <summary>Everything that a snapshot holds, or where it was refused.</summary>
    /// <summary>What was read; or why not: it is damaged, or no longer a session file.</summary>
    private static string Outcome(byte[] bytes, int bytesPerRead = int.MaxValue)
    {
        try
        {
            var read = Read(bytes, bytesPerRead);
            return string.Join('\n', read.Documents
                .Select(d => $"{d.DocumentId} {d.Key} {d.Id} {d.Data.Json} {d.CreatedAtSeconds:R} {(d.Raw is null ? "-" : Encoding.UTF8.GetString(d.Raw))}")
                .Append(Encoding.UTF8.GetString(read.Head)).Append(Encoding.UTF8.GetString(read.Tail)).Append(read.Fingerprint.ToString()));
        }
        catch (SessionStoreException e)
        {
            return e.Message;
        }
    }
}
