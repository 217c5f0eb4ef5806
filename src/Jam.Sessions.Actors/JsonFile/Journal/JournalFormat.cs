using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// A journal's lines. Each is a JSON object whose last member is a CRC-32C, in hex, of all that stands before <c>, "crc"</c>:
/// <code>
/// {"journal": 4, "number": 7, "first": 17, "covers": 16, "length": 8124, "file": "9a3c01ff", "crc": "…"}      the file's first line
/// {"batch": 17, "changes": [{"5": {…}, "did": "created"}, …], "crc": "…"}       what the batch changed, see <see cref="JournalEntry"/>
/// {"covers": 17, "length": 8201, "file": "0b77e2d4", "crc": "…"}                a snapshot that is about to replace the JSON file; or the one that has, again, to try the disk
/// </code>
/// </summary>
/// <remarks>
/// <c>length</c> and <c>file</c> are the fingerprint of a JSON file that holds all batches up to <c>covers</c>. A batch below <c>first</c>
/// is the last one of the journal before, repeated at a start because it may not have been synced there; the first line announces it as
/// <c>repeats</c>. Behind the first line, each CRC begins with a number of that journal's own (<see cref="Seed"/>) instead of 0: what an older
/// journal left in the same file fits none. Format 1 had no number, and files of their own: all its CRCs begin with 0.
/// Format 2 did not say what a change was, and knew no lifetimes; format 3 knew neither hashed ids nor bound data. All of them are read.
/// </remarks>
internal static class JournalFormat
{
    public const int Version = 4;

    private const int CrcLength = 8;

    private static ReadOnlySpan<byte> CrcMember => ", \"crc\": \""u8;

    /// <summary>The bytes of a line behind what its CRC covers: the member, its quotes and brace, and the line feed.</summary>
    public static int TailLength => CrcMember.Length + CrcLength + 3;

    /// <param name="output">Where to.</param>
    /// <param name="number">The journal's number.</param>
    /// <param name="firstBatch">The number of the first batch of its own.</param>
    /// <param name="repeats">Whether the last batch of the journal before follows.</param>
    /// <param name="base">The JSON file that it stands beside.</param>
    public static void WriteHeader(ArrayBufferWriter<byte> output, int number, long firstBatch, bool repeats, SnapshotRef @base)
    {
        var repeated = repeats ? string.Create(CultureInfo.InvariantCulture, $"\"repeats\": {firstBatch - 1}, ") : "";
        var body = string.Create(
            CultureInfo.InvariantCulture, $"{{\"journal\": {Version}, \"number\": {number}, \"first\": {firstBatch}, {repeated}{BaseMembers(@base)}");
        WriteLine(output, Encoding.ASCII.GetBytes(body), journal: 0);
    }

    /// <summary>The body of a line that names a JSON file.</summary>
    public static byte[] BodyOf(SnapshotRef @base) => Encoding.ASCII.GetBytes($"{{{BaseMembers(@base)}");

    public static void BeginBatch(IBufferWriter<byte> output, long number)
    {
        output.Write("{\"batch\": "u8);
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var length);
        output.Advance(length);
        output.Write(", \"changes\": ["u8);
    }

    public static void EndBatch(IBufferWriter<byte> output) => output.Write("]"u8);

    /// <param name="output">Where to.</param>
    /// <param name="body">What the CRC covers.</param>
    /// <param name="journal">The journal's number; 0 for its first line.</param>
    public static void WriteLine(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> body, int journal)
    {
        output.Write(body);
        WriteTail(output.GetSpan(TailLength)[..TailLength], body, journal);
        output.Advance(TailLength);
    }

    /// <summary>Writes what stands behind a line's body.</summary>
    public static void WriteTail(Span<byte> tail, ReadOnlySpan<byte> body, int journal)
    {
        CrcMember.CopyTo(tail);
        Fingerprint.Crc32C(Seed(journal), body).TryFormat(tail[CrcMember.Length..], out _, "x8", CultureInfo.InvariantCulture);
        "\"}\n"u8.CopyTo(tail[^3..]);
    }

    /// <summary>The body of the line that bytes begin with, and are, but for what may stand in the place of its line feed and behind; empty where they begin with none.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> bytes, int journal)
    {
        var bodyLength = bytes.Length - TailLength + 1;
        if (bodyLength > 0 && IsTail(bytes[bodyLength..], Fingerprint.Crc32C(Seed(journal), bytes[..bodyLength])))
        {
            return bytes[..bodyLength];
        }

        // Each byte counts into the CRC once, however often the bytes look like the end of a line.
        var (crc, body) = (Seed(journal), 0);
        while (bytes[body..].IndexOf(CrcMember) is >= 0 and var at)
        {
            crc = Fingerprint.Crc32C(crc, bytes.Slice(body, at));
            body += at;
            if (body > 0 && IsTail(bytes[body..], crc))
            {
                return bytes[..body];
            }

            crc = Fingerprint.Crc32C(crc, bytes.Slice(body++, 1));
        }

        return default;
    }

    /// <summary>Whether bytes end as a line does, whatever its CRC.</summary>
    public static bool EndsAsLine(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= TailLength && bytes[^(TailLength - 1)..].StartsWith(CrcMember) && bytes.EndsWith("\"}"u8);

    /// <summary>What the CRCs of a journal begin with: another number for each, and one that differs in many bits, since each that differs counts as one that flipped.</summary>
    public static uint Seed(int journal) => unchecked((uint)journal * 0x9E3779B1);

    private static bool IsTail(ReadOnlySpan<byte> bytes, uint crc) =>
        bytes.Length >= TailLength - 1
        && bytes.StartsWith(CrcMember)
        && bytes[(CrcMember.Length + CrcLength)..].StartsWith("\"}"u8)
        && uint.TryParse(bytes.Slice(CrcMember.Length, CrcLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var said)
        && said == crc;

    private static string BaseMembers(SnapshotRef @base) =>
        string.Create(CultureInfo.InvariantCulture, $"\"covers\": {@base.Covers}, \"length\": {@base.File.Length}, \"file\": \"{@base.File.Crc:x8}\"");
}

/// <summary>A JSON file, and the last batch that it holds.</summary>
internal readonly record struct SnapshotRef(long Covers, Fingerprint File);
