using System.Buffers;
using System.Text;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Journals: what was written is read, a torn end and what older journals left are left out, any other damage is refused.</summary>
public sealed class JournalSpec
{
    private const string Path = "/folder/sessions.json.journal-1";

    private static readonly SnapshotRef Beside = new(Covers: 6, new Fingerprint(81, 0x9a3c01ff));

    [Fact]
    public void What_was_written_is_read() =>
        Gen.Select(Gen.String, Gen.String, Gen.Int[1, 1000]).Array[1, 5].Array[0, 8].Sample(
            batches =>
            {
                var disk = new BytesDisk(bytesPerRead: 100);
                using (var journal = Journal.Begin(disk, Path, spare: null, 1, firstBatch: 7, Beside, lastBatch: default, former: null))
                {
                    foreach (var (batch, i) in batches.Select((b, i) => (b, i)))
                    {
                        journal.Append(Batch(7 + i, batch.Select(s => Session(s.Item3, s.Item1, s.Item2))));
                    }

                    Assert.Equal(disk.Files[Path].AsSpan().TrimEnd((byte)0).Length, journal.Length);
                }

                var summary = Journals.Read(disk, Path)!;
                Assert.Equal((7L, batches.Length), (summary.First, summary.Batches));
                Assert.Equal([Beside], summary.Bases);
                Assert.Equal(batches.SelectMany((batch, i) => batch.Select(s => (7L + i, (long)s.Item3, s.Item1, s.Item2))), Documents(disk));
            },
            iter: 200);

    [Fact]
    public void Removals_and_bases_are_read_too()
    {
        var disk = new BytesDisk();
        using var journal = Journal.Begin(disk, Path, spare: null, 1, firstBatch: 1, Beside, lastBatch: default, former: null);
        journal.Append(Batch(1, [], removed: Session(4, "k", "i")));
        journal.Append(JournalFormat.BodyOf(new SnapshotRef(1, new Fingerprint(5, 0xFFFFFFFF))));
        Assert.Equal([Beside, new SnapshotRef(1, new Fingerprint(5, 0xFFFFFFFF))], Journals.Read(disk, Path)!.Bases);
        Assert.Equal([(1L, 4L, "gone", "")], Documents(disk));
    }

    [Fact]
    public void A_last_line_cut_anywhere_is_left_out()
    {
        var (bytes, starts) = ThreeBatches();
        for (var length = starts[3]; length < bytes.Length - 1; length++)
        {
            var disk = Holding(bytes[..length]);
            Assert.Equal(2, Journals.Read(disk, Path)!.Batches);
            Assert.Equal([7L, 8L], Documents(disk).Select(d => d.Batch));
        }

        Assert.Equal(3, Journals.Read(Holding(bytes[..^1]), Path)!.Batches);
    }

    [Fact]
    public void A_first_line_cut_anywhere_is_no_journal()
    {
        var (bytes, starts) = ThreeBatches();
        for (var length = 0; length < starts[1] - 1; length++)
        {
            Assert.Null(Journals.Read(Holding(bytes[..length]), Path));
        }
    }

    [Theory]
    [MemberData(nameof(Leftovers))]
    public void A_last_line_that_was_written_in_part_over_an_older_journal_is_left_out(byte[] old)
    {
        var (bytes, starts) = ThreeBatches(number: 2, first: 4);
        for (var length = starts[1]; length <= bytes.Length; length++)
        {
            var torn = Over(old, bytes.AsSpan(..length));

            // The older one may have had the same last bytes there, and without its line feed a line is whole.
            var whole = starts[2..].Append(bytes.Length).Count(end => torn.Length >= end - 1 && torn.AsSpan(..(end - 1)).SequenceEqual(bytes.AsSpan(..(end - 1))));
            Assert.Equal(new[] { 4L, 5L, 6L }[..whole], Documents(Holding(torn)).Select(d => d.Batch));
        }

        // The disk may have written the end of the line and not its beginning.
        for (var missing = 1; missing < bytes.Length - starts[3]; missing++)
        {
            var torn = Over(old, bytes);
            old.AsSpan(starts[3], missing).CopyTo(torn.AsSpan(starts[3]));
            Assert.Equal(torn.SequenceEqual(Over(old, bytes)) ? [4L, 5L, 6L] : [4L, 5L], Documents(Holding(torn)).Select(d => d.Batch));
        }
    }

    [Theory]
    [MemberData(nameof(Leftovers))]
    public void A_bit_that_flipped_before_the_last_line_is_found_in_its_line_whatever_an_older_journal_left_behind(byte[] old)
    {
        var (bytes, starts) = ThreeBatches(number: 2, first: 4);
        for (var bit = 0; bit < starts[3] * 8; bit++)
        {
            if (!IsLetterCase(bytes, bit))
            {
                var damaged = Flipped(Over(old, bytes), bit);
                Assert.Equal(starts.Last(start => start <= bit / 8), Assert.Throws<SessionStoreCorruptException>(() => Journals.Read(damaged, Path)).Offset);
            }
        }

        for (var bit = bytes.Length * 8; bit < old.Length * 8; bit++)
        {
            Assert.Equal(3, Journals.Read(Flipped(Over(old, bytes), bit), Path)!.Batches);
        }
    }

    /// <summary>What an older journal left: lines that begin where those of the new one do, a longer one elsewhere, and those of a journal and its own predecessor.</summary>
    public static TheoryData<byte[]> Leftovers()
    {
        byte[] aligned = ThreeBatches(number: 1, first: 1).Bytes;
        byte[] longer = [.. aligned, .. Checked($"{{\"batch\": 4, \"changes\": [{{\"4\": null}}, {{\"5\": null}}]", journal: 1)];
        byte[] shifted = [.. aligned.AsSpan(..^9), .. Checked("{\"batch\": 4, \"changes\": [{\"4\": null}]", journal: 1), .. longer];
        return [aligned, longer, shifted, Over(ThreeBatches(number: 3, first: 1).Bytes, aligned.AsSpan(..^200))];
    }

    [Fact]
    public void A_journal_in_the_file_of_an_older_one_holds_its_own_batches_alone()
    {
        var disk = Holding(ThreeBatches().Bytes);
        using (var journal = Journal.Begin(disk, "/folder/next", spare: Path, 2, firstBatch: 10, Beside, lastBatch: default, former: null))
        {
            var length = disk.Files["/folder/next"].Length;
            Assert.Equal((10L, 0), Journals.Read(disk, "/folder/next") is { } begun ? (begun.First, begun.Batches) : default);
            journal.Append(Batch(10, [Session(1, "key", "id1")]));
            Assert.Equal(length, disk.Files["/folder/next"].Length);
            Assert.Equal(journal.Length, Journals.Read(disk, "/folder/next")!.Length);
            Assert.True(journal.TryCut());
            Assert.Equal(journal.Length, disk.Files["/folder/next"].Length);
        }

        Assert.False(disk.Files.ContainsKey(Path));
        Assert.Equal(1, Journals.Read(disk, "/folder/next")!.Batches);
    }

    [Fact]
    public void A_journal_of_format_1_is_read()
    {
        var disk = Holding([.. Encoding.ASCII.GetBytes(
            "{\"journal\": 1, \"first\": 1, \"covers\": 0, \"length\": 0, \"file\": \"00000000\", \"crc\": \"b744435d\"}\n"
            + "{\"batch\": 1, \"changes\": [{\"4\": null}], \"crc\": \"739bcd28\"}\n")]);
        Assert.Equal([(1L, 4L, "gone", "")], Documents(disk));
    }

    [Fact]
    public void A_bit_that_flipped_before_the_last_line_is_found_in_its_line()
    {
        var (bytes, starts) = ThreeBatches();
        var whole = Documents(Holding(bytes));
        for (var bit = 0; bit < starts[3] * 8; bit++)
        {
            var damaged = Flipped(bytes, bit);
            if (IsLetterCase(bytes, bit) && Outcome(damaged) is { } same)
            {
                // The case of a checksum's hex digit means nothing.
                Assert.Equal(whole, same);
                continue;
            }

            var damage = Assert.Throws<SessionStoreCorruptException>(() => Journals.Read(damaged, Path));
            Assert.Equal(starts.Last(start => start <= bit / 8), damage.Offset);
        }
    }

    [Fact]
    public void A_bit_that_flipped_in_the_last_line_leaves_it_out()
    {
        var (bytes, starts) = ThreeBatches();
        var whole = Documents(Holding(bytes));
        for (var bit = starts[3] * 8; bit < bytes.Length * 8; bit++)
        {
            var read = Outcome(Flipped(bytes, bit));
            var isInLineFeed = bit / 8 == bytes.Length - 1;
            Assert.True(read!.SequenceEqual(isInLineFeed ? whole : whole[..2]) || (IsLetterCase(bytes, bit) && read!.SequenceEqual(whole)), $"bit {bit}");
        }
    }

    [Fact]
    public void A_journal_that_repeats_the_last_batch_says_so_and_holds_it()
    {
        var disk = new BytesDisk();
        using var journal = Journal.Begin(disk, Path, spare: null, 2, firstBatch: 7, Beside, Batch(6, [Session(1, "key", "id6")]), former: null);
        journal.Append(Batch(7, [Session(2, "key", "id7")]));
        var summary = Journals.Read(disk, Path)!;
        Assert.Equal((7L, true, 2), (summary.First, summary.Repeats, summary.Batches));
        Assert.Equal([(6L, 1L, "key", "id6"), (7L, 2L, "key", "id7")], Documents(disk));
        Assert.Contains("\"repeats\": 6, ", Encoding.ASCII.GetString(disk.Files[Path]), StringComparison.Ordinal);
        Assert.False(Journals.Read(Holding(ThreeBatches().Bytes), Path)!.Repeats);
    }

    [Fact]
    public void Of_several_damaged_lines_the_first_is_named()
    {
        var (bytes, starts) = ThreeBatches();
        bytes[starts[1] + 2] ^= 1;
        bytes[starts[2] + 2] ^= 1;
        Assert.Equal(starts[1], Assert.Throws<SessionStoreCorruptException>(() => Journals.Read(Holding(bytes), Path)).Offset);
    }

    [Fact]
    public void A_whole_batch_whose_changes_are_damaged_is_refused_where_they_are()
    {
        var disk = Holding([.. ThreeBatches().Bytes, .. Checked("{\"batch\": 10, \"changes\": [x]", journal: 1)]);
        var start = ThreeBatches().Bytes.Length;
        Assert.Equal(4, Journals.Read(disk, Path)!.Batches);
        Assert.Equal(start + 26, Assert.Throws<SessionStoreCorruptException>(() => Documents(disk)).Offset);
    }

    [Fact]
    public void Zeros_at_the_end_are_a_torn_write()
    {
        var (bytes, starts) = ThreeBatches();
        Assert.Equal(3, Journals.Read(Holding([.. bytes, .. new byte[5000]]), Path)!.Batches);
        Assert.Equal(2, Journals.Read(Holding([.. bytes.AsSpan(..(starts[3] + 20)), .. new byte[5000]]), Path)!.Batches);
        Assert.Equal(3, Journals.Read(Holding([.. bytes.AsSpan(..^1), .. new byte[5000]]), Path)!.Batches);
        Assert.Null(Journals.Read(Holding(new byte[70_000]), Path));
    }

    [Theory]
    [InlineData("{\"journal\": 2, \"first\": 1, \"covers\": 0, \"length\": 0, \"file\": \"00000000\"")]
    [InlineData("{\"journal\": 5, \"number\": 1, \"first\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": 2, \"number\": 0, \"first\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": 2, \"number\": 2147483648, \"first\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": 1, \"number\": 1, \"first\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": 0, \"first\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": \"1\", \"first\": true")]
    [InlineData("{\"batch\": 1")]
    [InlineData("[1")]
    [InlineData("{\"journal\": 1, \"covers\": 0")]
    [InlineData("{\"journal\": 1, \"first\": 0, \"covers\": 0")]
    [InlineData("{\"journal\": 1, \"first\": 99999999999999999999")]
    [InlineData("{\"journal\": 1, \"first\": \"g\"")]
    [InlineData("{\"first\": 1")]
    public void A_journal_of_another_format_is_refused(string body)
    {
        var damage = Assert.Throws<SessionStoreCorruptException>(() => Journals.Read(Holding(Checked(body)), Path));
        Assert.Equal((Path, 0L), (damage.Path, damage.Offset));
    }

    [Fact]
    public void The_checksum_is_the_castagnoli_crc()
    {
        Assert.Equal(0xE3069283u, Fingerprint.Crc32C(0, "123456789"u8));
        Assert.Equal(0xE3069283u, Fingerprint.Crc32C(Fingerprint.Crc32C(0, "1234"u8), "56789"u8));
    }

    private static Document Session(long documentId, string key, string id) => new(id, key, SessionData.Empty, 1.5, documentId, raw: null);

    private static byte[] Batch(long number, IEnumerable<Document> documents, Document? removed = null)
    {
        var changes = documents.Select(document => new DocumentChange(null, document)).ToList();
        if (removed is not null)
        {
            changes.Add(new DocumentChange(removed, null));
        }

        var output = new ArrayBufferWriter<byte>();
        JournalFormat.BeginBatch(output, number);
        output.Write(JournalEntry.Encode(changes.ToArray(), new DocumentCodec(null)));
        JournalFormat.EndBatch(output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Checked(string body, int journal = 0) =>
        Encoding.ASCII.GetBytes($"{body}, \"crc\": \"{Fingerprint.Crc32C(JournalFormat.Seed(journal), Encoding.ASCII.GetBytes(body)):x8}\"}}\n");

    /// <summary>A journal of three batches, without the room behind them, and where its four lines begin.</summary>
    private static (byte[] Bytes, int[] LineStarts) ThreeBatches(int number = 1, int first = 7)
    {
        var disk = new BytesDisk();
        using var journal = Journal.Begin(disk, Path, spare: null, number, first, Beside, lastBatch: default, former: null);
        var starts = new List<int> { 0 };
        for (var batch = first; batch < first + 3; batch++)
        {
            starts.Add((int)journal.Length);
            journal.Append(Batch(batch, [Session(batch, "key", $"id{batch}")]));
        }

        Assert.True(journal.TryCut());
        return (disk.Files[Path], starts.ToArray());
    }

    /// <summary>A file after so many of its bytes were written anew.</summary>
    private static byte[] Over(byte[] old, ReadOnlySpan<byte> bytes) => [.. bytes, .. old.AsSpan(Math.Min(old.Length, bytes.Length))];

    private static BytesDisk Holding(byte[] bytes) => new() { Files = { [Path] = bytes } };

    private static BytesDisk Flipped(byte[] bytes, int bit)
    {
        var damaged = bytes.ToArray();
        damaged[bit / 8] ^= (byte)(1 << (bit % 8));
        return Holding(damaged);
    }

    private static bool IsLetterCase(byte[] bytes, int bit) => bit % 8 == 5 && char.IsAsciiLetter((char)bytes[bit / 8]);

    private static List<(long Batch, long Id, string Key, string SessionId)>? Outcome(BytesDisk disk)
    {
        try
        {
            return Documents(disk);
        }
        catch (SessionStoreCorruptException)
        {
            return null;
        }
    }

    private static List<(long Batch, long Id, string Key, string SessionId)> Documents(BytesDisk disk)
    {
        var documents = new List<(long, long, string, string)>();
        Journals.Read(disk, Path, (long batch, ref JsonScanner changes, ReadOnlySpan<byte> line) =>
            JournalEntry.Decode(line, ref changes, new DocumentReader(null), new Listed(batch, documents)));
        return documents;
    }

    private sealed class Listed(long batch, List<(long, long, string, string)> documents) : IJournalReplay
    {
        public void Put(long documentId, Document? document) => documents.Add((batch, documentId, document?.Key ?? "gone", document?.Id ?? ""));

        public void See(long documentId, uint until) => documents.Add((batch, documentId, "seen", $"{until}"));
    }
}
