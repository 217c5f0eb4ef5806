using System.Text;

namespace Jam.Sessions.Actors.Fuzz;

/// <summary>Changes inputs: bytes, ranges, and the tokens, numbers and escapes of JSON.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxLength = 1 << 16;

    private static readonly byte[][] Words = new[]
    {
        "{", "}", "[", "]", ":", ",", "\"", "\\", "null", "true", "NaN", "Infinity", "-Infinity", "{}", "[]", "\"\"", "\n", "\r", "\0", "\uFEFF",
        "\"_default\": ", ", \"_default\": {}", "\"key\": ", "\"session_id\": ", "\"data\": ", "\"created_at\": ", "\"1\": null", "\"1\": ", "\"01\": {}",
        "\"data\": \"J$_gAAAAA==\", ", "J$_", "\"batch\": ", "\"changes\": [", "\"journal\": 1", "\"first\": ", "\"covers\": ", "\"length\": ",
        "\"file\": \"", ", \"crc\": \"00000000\"}", "\\u0000", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\uD83D", "\\\"", "\\\\", "\\/", "\\u12", "\\x",
        "é", "\u2028", "😀", "=", "====", "-_", "+/", " ",
    }.Select(Encoding.UTF8.GetBytes).ToArray();

    private static readonly byte[][] Numbers = new[]
    {
        "0", "-0", "1", "-1", "01", "1.", ".5", "1e5", "1E+400", "-1e-400", "0.1e", "9007199254740993", "2147483647", "2147483648", "-2147483648",
        "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "4611686018427387903", "4611686018427387904",
        "18446744073709551616", "1795367285.296665", "1e16", "1e15", "123456789012345678901234567890", "253402300800", "-62135596801", "1_0", "+1", " 1 ", "0x10",
        new string('9', 400), "1e308", "5e-324", "-0.0", "١",
    }.Select(Encoding.UTF8.GetBytes).ToArray();

    public byte[] Mutate(byte[] input, byte[] other)
    {
        var output = new List<byte>(input);
        for (var times = 1 << random.Next(4); times > 0; times -= random.Next(1, 3))
        {
            Change(output, other);
        }

        if (output.Count > MaxLength)
        {
            output.RemoveRange(MaxLength, output.Count - MaxLength);
        }

        return [.. output];
    }

    private void Change(List<byte> output, byte[] other)
    {
        var at = random.Next(output.Count + 1);
        var length = Math.Min(random.Next(1, 1 << random.Next(1, 9)), output.Count - at);
        switch (random.Next(16))
        {
            case 0 when at < output.Count:
                output[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < output.Count:
                output[at] = (byte)random.Next(256);
                break;
            case 2:
                output.RemoveRange(at, length);
                break;
            case 3:
                output.InsertRange(random.Next(output.Count + 1), output.GetRange(at, length));
                break;
            case 4:
                output.Insert(at, (byte)random.Next(256));
                break;
            case 5:
                var from = random.Next(other.Length + 1);
                output.InsertRange(at, other.AsSpan(from, random.Next(other.Length - from + 1)));
                break;
            case 6 when random.Next(8) == 0:
                output.RemoveRange(at, output.Count - at);
                break;
            case 7 when random.Next(16) == 0:
                output.InsertRange(at, Repeated(Pick(Words), 1 << random.Next(2, 14)));
                break;
            case 8 or 9:
                Replace(output, NumberAt(output, at), Pick(Numbers));
                break;
            case 10 or 11:
                Replace(output, TokenAt(output, at), Pick(Words));
                break;
            case 12 or 13:
                Swap(output, TokenAt(output, at), TokenAt(output, random.Next(output.Count + 1)));
                break;
            default:
                output.InsertRange(at, Pick(Words));
                break;
        }
    }

    private byte[] Pick(byte[][] words) => words[random.Next(words.Length)];

    private static byte[] Repeated(byte[] word, int times) => [.. Enumerable.Repeat(word, Math.Min(times, MaxLength / word.Length)).SelectMany(w => w)];

    private static void Replace(List<byte> output, (int Start, int End) range, byte[] by)
    {
        output.RemoveRange(range.Start, range.End - range.Start);
        output.InsertRange(range.Start, by);
    }

    private static void Swap(List<byte> output, (int Start, int End) one, (int Start, int End) two)
    {
        var (first, second) = one.Start < two.Start ? (one, two) : (two, one);
        if (first.End > second.Start)
        {
            return;
        }

        var (a, b) = (output.GetRange(first.Start, first.End - first.Start), output.GetRange(second.Start, second.End - second.Start));
        Replace(output, second, [.. a]);
        Replace(output, first, [.. b]);
    }

    /// <summary>The next number from a place on; empty, at the end, where there is none.</summary>
    private static (int Start, int End) NumberAt(List<byte> bytes, int at)
    {
        var start = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        start = start < 0 ? bytes.Count : start;
        var end = bytes.FindIndex(start, b => b is not (>= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'e'));
        return (start, end < 0 ? bytes.Count : end);
    }

    /// <summary>About the next JSON token from a place on: a string, a word or number, or one byte.</summary>
    private static (int Start, int End) TokenAt(List<byte> bytes, int at)
    {
        var start = bytes.FindIndex(at, b => b is not ((byte)' ' or (byte)'\n'));
        if (start < 0)
        {
            return (bytes.Count, bytes.Count);
        }

        if (bytes[start] == (byte)'"')
        {
            var quote = bytes.IndexOf((byte)'"', start + 1);
            return (start, quote < 0 ? bytes.Count : quote + 1);
        }

        var end = bytes.FindIndex(start, b => !char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'.' or (byte)'-'));
        return (start, end < 0 ? bytes.Count : Math.Max(end, start + 1));
    }
}
