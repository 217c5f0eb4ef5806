using System.Text;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>Where a torn end and damage in the middle look alike, and lines larger than the buffer.</summary>
public sealed class JournalDamageSpec
{
    private const string Path = "/folder/sessions.json.journal-1";

    private static readonly byte[] Header = Line("{\"journal\": 1, \"first\": 7, \"covers\": 6, \"length\": 0, \"file\": \"00000000\"");
    private static readonly byte[] First = Batch(7, "null");
    private static readonly byte[] Second = Batch(8, "null");

    [Fact]
    public void An_empty_line_before_a_good_one_is_damage()
    {
        var damage = Assert.Throws<SessionStoreCorruptException>(() => Batches([.. Header, .. First, (byte)'\n', .. Second]));
        Assert.Equal(Header.Length + First.Length, damage.Offset);
        Assert.Contains("does not fit its checksum", damage.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the journal from a backup", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_line_cut_anywhere_is_left_out_though_a_line_feed_follows()
    {
        for (var length = 0; length < Second.Length - 1; length++)
        {
            Assert.Equal(1, Batches([.. Header, .. First, .. Second.AsSpan(..length), (byte)'\n']));
        }
    }

    [Fact]
    public void A_last_line_with_zeros_for_its_line_feed_is_whole() =>
        Assert.Equal(2, Batches([.. Header, .. First, .. Second.AsSpan(..^1), .. new byte[100], (byte)'\n']));

    [Fact]
    public void A_line_behind_one_that_lost_its_line_feed_is_damage_and_a_torn_one_is_not()
    {
        byte[] bytes = [.. Header, .. First.AsSpan(..^1), (byte)'x', .. Second];
        Assert.Equal(Header.Length, Assert.Throws<SessionStoreCorruptException>(() => Batches(bytes)).Offset);
        Assert.Equal(1, Batches(bytes[..^2]));
        Assert.Equal(1, Batches([.. bytes[..^2], (byte)'\n']));
    }

    [Fact]
    public void A_damaged_first_line_is_refused_where_a_line_follows_and_holds_nothing_where_none_does()
    {
        byte[] bytes = [.. Header, .. First];
        bytes[3] ^= 1;
        Assert.Equal(0, Assert.Throws<SessionStoreCorruptException>(() => Batches(bytes)).Offset);
        Assert.Null(Journals.Read(new BytesDisk { Files = { [Path] = bytes[..^5] } }, Path));
    }

    [Fact]
    public void A_damaged_last_line_is_left_out_though_a_document_has_a_member_named_crc()
    {
        var line = Batch(8, "{\"a\": 1, \"crc\": \"00000000\"}");
        Assert.Equal(2, Batches([.. Header, .. First, .. line]));
        line[12] ^= 1;
        Assert.Equal(1, Batches([.. Header, .. First, .. line]));
    }

    [Fact]
    public void A_whole_line_that_is_neither_batch_nor_base_is_refused()
    {
        var damage = Assert.Throws<SessionStoreCorruptException>(() => Batches([.. Header, .. First, .. Line("{\"other\": true")]));
        Assert.Equal(Header.Length + First.Length, damage.Offset);
        Assert.Contains("this version does not know", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checksum_of_nothing_is_no_line_that_lost_its_end() =>
        Assert.Equal(1, Batches([.. Header, .. First, .. ", \"crc\": \"00000000\"}xx\n"u8]));

    [Theory]
    [InlineData("{\"journal\": 2, \"first\": 1", "it does not begin as a journal of format 4 does; another version wrote it")]
    [InlineData("{\"batch\": 1", "it does not begin as a journal of format 4 does; another version wrote it")]
    [InlineData("{\"journal\": 1, \"covers\": 0", "its first line does not say with which batch it begins")]
    [InlineData("[1", "a line that this version does not know")]
    public void A_first_line_of_another_format_is_refused_with_what_is_wrong_and_what_to_do(string body, string finding) => Assert.Equal(
        $"{Path} is damaged at byte 0: {finding}. The file was left untouched. Restore the journal from a backup, or move it away to go on with what the JSON file holds.",
        Assert.Throws<SessionStoreCorruptException>(() => Batches(Line(body))).Message);

    [Fact]
    public void Lines_larger_than_the_buffer_are_read_in_memory_of_their_size()
    {
        var large = $"\"{new string('x', 200_000)}\"";
        byte[] bytes = [.. Header, .. First, .. Batch(8, large), .. Batch(9, large), .. Batch(10, "null")];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(4, Batches(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 10 * bytes.Length);
    }

    private static int Batches(byte[] bytes) => Journals.Read(new BytesDisk { Files = { [Path] = bytes } }, Path)!.Batches;

    private static byte[] Batch(int number, string document) => Line($"{{\"batch\": {number}, \"changes\": [{{\"1\": {document}}}]");

    private static byte[] Line(string body) =>
        Encoding.ASCII.GetBytes($"{body}, \"crc\": \"{Fingerprint.Crc32C(0, Encoding.ASCII.GetBytes(body)):x8}\"}}\n");
}
