using System.Buffers;
using System.Globalization;
using System.Text;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.BadInput;

/// <summary>Very long and very deep input: read or refused, in memory that its length bounds, and in time.</summary>
public sealed class LengthAndDepthSpec
{
    private const string SessionFile = "/folder/sessions.json";
    private const int Long = 32 << 20;

    [Fact]
    public void A_string_of_32_MB_in_a_document_is_read()
    {
        var json = $$"""{"_default": {"1": {"key": "k", "session_id": "i", "data": "{{new string('x', Long)}}", "created_at": 1.0} } }""";
        var snapshot = InMemory(Encoding.ASCII.GetBytes(json), timesItsLength: 8, Read);
        Assert.Equal(Long, Assert.Single(snapshot.Documents).Data.Length);
    }

    [Fact]
    public void A_string_of_32_MB_that_does_not_end_is_refused() => InMemory(
        Encoding.ASCII.GetBytes("{\"_default\": {\"1\": \"" + new string('x', Long)), timesItsLength: 8, bytes => Assert.Throws<SessionStoreCorruptException>(() => Read(bytes)));

    [Fact]
    public void A_million_tables_are_kept()
    {
        var json = "{" + string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"\"t{i}\":{{}},")) + "\"_default\": {}}";
        var snapshot = InMemory(Encoding.ASCII.GetBytes(json), timesItsLength: 40, Read);
        Assert.Equal(json.Length - 3, snapshot.Head.Length);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void A_million_levels_are_kept_or_refused(string open, string close)
    {
        var opened = string.Concat(Enumerable.Repeat(open, 1_000_000));
        var whole = $$"""{"_default": {"1": {{opened}}1{{string.Concat(Enumerable.Repeat(close, 1_000_000))}} } }""";
        Assert.NotNull(Assert.Single(InMemory(Encoding.ASCII.GetBytes(whole), timesItsLength: 30, Read).Documents).Raw);
        InMemory(Encoding.ASCII.GetBytes($$"""{"_default": {"1": {{opened}}"""), timesItsLength: 30, bytes => Assert.Throws<SessionStoreCorruptException>(() => Read(bytes)));
    }

    [Fact]
    public void Session_data_of_a_million_levels_is_refused()
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000));
        Assert.Throws<SessionDataException>(() => SessionData.From(json));
        var stored = SessionData.Stored(Encoding.ASCII.GetBytes(json + "1" + new string('}', 1_000_000)));
        Assert.Throws<SessionDataException>(stored.ToDictionary);
        Assert.Throws<SessionDataException>(stored.ToJsonObject);
        Assert.Throws<SessionDataException>(stored.As<object>);
    }

    [Fact]
    public void A_million_documents_with_damage_in_the_last_one_are_refused_with_its_offset()
    {
        var text = new StringBuilder("{\"_default\": {");
        for (var i = 1; i <= 1_000_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"{i}\": {{\"key\": \"k\", \"session_id\": \"{i}\", \"data\": \"{{}}\", \"created_at\": 1.0}}, ");
        }

        var bytes = Encoding.ASCII.GetBytes(text.Append("\"x\": nul }}").ToString());
        var damage = InMemory(bytes, timesItsLength: 12, b => Assert.Throws<SessionStoreCorruptException>(() => Read(b)));
        Assert.Equal(bytes.Length - 6, damage.Offset);
    }

    [Fact]
    public void A_journal_line_of_32_MB_is_read_and_a_torn_one_left_out()
    {
        var line = new ArrayBufferWriter<byte>();
        JournalFormat.WriteHeader(line, 1, 1, repeats: false, default);
        var batch = new ArrayBufferWriter<byte>();
        JournalFormat.BeginBatch(batch, 1);
        batch.Write(Encoding.ASCII.GetBytes($$"""{"1": {"key": "k", "session_id": "i", "data": "{{new string('x', Long)}}", "created_at": 1.0} }"""));
        JournalFormat.EndBatch(batch);
        JournalFormat.WriteLine(line, batch.WrittenSpan, journal: 1);
        Assert.Equal(1, InMemory(line.WrittenSpan.ToArray(), timesItsLength: 8, Summarize)!.Batches);
        Assert.Equal(0, InMemory(line.WrittenSpan[..^2].ToArray(), timesItsLength: 8, Summarize)!.Batches);
    }

    [Fact]
    public void A_torn_line_full_of_what_looks_like_line_ends_is_read_in_one_pass()
    {
        var line = new ArrayBufferWriter<byte>();
        JournalFormat.WriteHeader(line, 1, 1, repeats: false, default);
        line.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(", \"crc\": \"00000000\"}", Long / 20)) + "\n"));

        // In quadratic time this would not come back within the patience of any test run.
        Assert.Equal(0, InMemory(line.WrittenSpan.ToArray(), timesItsLength: 8, Summarize)!.Batches);
    }

    private static Snapshot Read(byte[] bytes) =>
        SnapshotReader.Read(new BytesDisk { Files = { [SessionFile] = bytes } }, SessionFile, new DocumentReader(null));

    private static JournalSummary? Summarize(byte[] bytes) => Journals.Read(new BytesDisk { Files = { [SessionFile] = bytes } }, SessionFile);

    /// <summary>Runs, and checks that all that was allocated meanwhile stays within a multiple of the input's length.</summary>
    private static T InMemory<T>(byte[] bytes, int timesItsLength, Func<byte[], T> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = read(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= (4L << 20) + ((long)timesItsLength * bytes.Length), $"{allocated} bytes for an input of {bytes.Length}");
        return result;
    }
}
