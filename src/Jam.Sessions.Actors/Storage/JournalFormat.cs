using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Storage;

/// <summary>
/// A journal's lines. Each is a JSON object whose last member is a CRC-32C, in hex, of all that stands before <c>, "crc"</c>:
/// <code>
/// {"journal": 1, "first": 17, "covers": 16, "length": 8124, "file": "9a3c01ff", "crc": "…"}      the file's first line
/// {"batch": 17, "changes": [{"5": {"key": …}}, {"4": null}], "crc": "…"}        documents as the batch left them
/// {"covers": 17, "length": 8201, "file": "0b77e2d4", "crc": "…"}                a snapshot that is about to replace the JSON file
/// </code>
/// </summary>
/// <remarks>
/// <c>length</c> and <c>file</c> are the fingerprint of a JSON file that holds all batches up to <c>covers</c>. A batch below <c>first</c>
/// is the last one of the journal before, repeated at a start because it may not have been synced there; the first line announces it as
/// <c>repeats</c>.
/// </remarks>
internal static class JournalFormat
{
    public const int Version = 1;

    private static ReadOnlySpan<byte> CrcMember => ", \"crc\": \""u8;

    private const int CrcLength = 8;

    /// <summary>The bytes behind what the CRC covers: the member, its quotes and brace, and the line's end.</summary>
    public static int CrcTailLength => CrcMember.Length + CrcLength + 3;

    /// <param name="output">Where to.</param>
    /// <param name="firstBatch">The number of the first batch of its own.</param>
    /// <param name="repeats">Whether the last batch of the journal before follows.</param>
    /// <param name="base">The JSON file that it stands beside.</param>
    public static void WriteHeader(ArrayBufferWriter<byte> output, long firstBatch, bool repeats, Base @base) =>
        WriteLine(output, $"{{\"journal\": {Version}, \"first\": {firstBatch}, {(repeats ? $"\"repeats\": {firstBatch - 1}, " : "")}{BaseMembers(@base)}");

    public static void WriteBase(ArrayBufferWriter<byte> output, Base @base) => WriteLine(output, $"{{{BaseMembers(@base)}");

    public static void BeginBatch(IBufferWriter<byte> output, long number)
    {
        output.Write("{\"batch\": "u8);
        Utf8Formatter.TryFormat(number, output.GetSpan(20), out var length);
        output.Advance(length);
        output.Write(", \"changes\": ["u8);
    }

    public static void EndBatch(ArrayBufferWriter<byte> output)
    {
        output.Write("]"u8);
        EndLine(output, lineStart: 0);
    }

    /// <summary>Writes a line again of which <see cref="Checked"/> gave the part that its CRC covers.</summary>
    public static void Repeat(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> part)
    {
        var lineStart = output.WrittenCount;
        output.Write(part);
        EndLine(output, lineStart);
    }

    /// <summary>The part of a line that its CRC covers, or an empty span where the CRC does not fit.</summary>
    public static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> line)
    {
        var bodyLength = line.Length - CrcTailLength + 1;
        return bodyLength > 0 && line[bodyLength..].StartsWith(CrcMember) && IsTail(line[bodyLength..], Fingerprint.Crc32C(0, line[..bodyLength]))
            ? line[..bodyLength]
            : default;
    }

    /// <summary>True where bytes that are no line begin with one whose line feed was changed: a torn write leaves nothing behind a whole line.</summary>
    public static bool HasLostItsEnd(ReadOnlySpan<byte> bytes)
    {
        // Each byte counts into the CRC once, however often the bytes look like the end of a line.
        var (crc, body) = (0u, 0);
        while (bytes[body..].IndexOf(CrcMember) is >= 0 and var at)
        {
            crc = Fingerprint.Crc32C(crc, bytes.Slice(body, at));
            body += at;
            var end = body + CrcTailLength - 1;
            if (body > 0 && end < bytes.Length && IsTail(bytes[body..end], crc))
            {
                return bytes[(end + 1)..].ContainsAnyExcept((byte)0);
            }

            crc = Fingerprint.Crc32C(crc, bytes.Slice(body++, 1));
        }

        return false;
    }

    private static bool IsTail(ReadOnlySpan<byte> tail, uint crc) =>
        tail.EndsWith("\"}"u8)
        && uint.TryParse(tail.Slice(CrcMember.Length, CrcLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var said)
        && said == crc;

    private static string BaseMembers(Base @base) =>
        string.Create(CultureInfo.InvariantCulture, $"\"covers\": {@base.Covers}, \"length\": {@base.File.Length}, \"file\": \"{@base.File.Crc:x8}\"");

    private static void WriteLine(ArrayBufferWriter<byte> output, string body)
    {
        var lineStart = output.WrittenCount;
        output.Write(Encoding.ASCII.GetBytes(body));
        EndLine(output, lineStart);
    }

    private static void EndLine(ArrayBufferWriter<byte> output, int lineStart)
    {
        var crc = Fingerprint.Crc32C(0, output.WrittenSpan[lineStart..]);
        output.Write(CrcMember);
        crc.TryFormat(output.GetSpan(CrcLength), out _, "x8", CultureInfo.InvariantCulture);
        output.Advance(CrcLength);
        output.Write("\"}\n"u8);
    }
}

/// <summary>A JSON file, and the last batch that it holds.</summary>
internal readonly record struct Base(long Covers, Fingerprint File);
