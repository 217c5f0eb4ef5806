using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>JSON strings and numbers as Python's json module writes them, and back.</summary>
internal static class JsonText
{
    /// <summary>The longest that a float gets, in bytes.</summary>
    public const int MaxFloatLength = 32;

    /// <summary>
    /// Below it floats are closer to each other than two times of whole microseconds. So the float nearest to such a time is nearest to no other,
    /// and its shortest text is the time itself without closing zeros.
    /// </summary>
    public const double MaxExactSeconds = uint.MaxValue;

    /// <summary>The longest that a unit of text gets, in bytes: <c>\u00e9</c>.</summary>
    private const int MaxUnitLength = 6;

    private static readonly byte[] HexDigits = "0123456789abcdef"u8.ToArray();

    /// <summary>Decodes the content of a JSON string; lone surrogates stay what they are.</summary>
    public static string Decode(ReadOnlySpan<byte> content)
    {
        if (content.IndexOf((byte)'\\') < 0)
        {
            return Encoding.UTF8.GetString(content);
        }

        var text = new StringBuilder(content.Length);
        while (content.IndexOf((byte)'\\') is >= 0 and var plain)
        {
            text.Append(Encoding.UTF8.GetString(content[..plain]));
            text.Append(DecodeEscape(content[plain..], out var length));
            content = content[(plain + length)..];
        }

        return text.Append(Encoding.UTF8.GetString(content)).ToString();
    }

    /// <summary>Decodes the content of a JSON string that holds JSON text, into UTF-8.</summary>
    /// <remarks>UTF-8 has no lone surrogates; one becomes the six characters of its escape, which in JSON text means the same; <paramref name="isExact"/> is false then.</remarks>
    public static byte[] DecodeUtf8(ReadOnlySpan<byte> content, out bool isExact)
    {
        isExact = true;
        var scratch = ArrayPool<byte>.Shared.Rent(content.Length);
        var length = 0;
        while (content.IndexOf((byte)'\\') is >= 0 and var plain)
        {
            content[..plain].CopyTo(scratch.AsSpan(length));
            length += plain;
            content = content[plain..];
            if (content[1] != (byte)'u')
            {
                scratch[length++] = (byte)DecodeEscape(content, out _);
                content = content[2..];
                continue;
            }

            var unit = DecodeEscape(content, out var taken);
            if (char.IsHighSurrogate(unit) && content.Length >= 12 && content[6] == (byte)'\\' && content[7] == (byte)'u'
                && DecodeEscape(content[6..], out _) is var low && char.IsLowSurrogate(low))
            {
                length += new Rune(unit, low).EncodeToUtf8(scratch.AsSpan(length));
                taken = 12;
            }
            else if (Rune.TryCreate(unit, out var rune))
            {
                length += rune.EncodeToUtf8(scratch.AsSpan(length));
            }
            else
            {
                isExact = false;
                content[..6].CopyTo(scratch.AsSpan(length));
                length += 6;
            }

            content = content[taken..];
        }

        content.CopyTo(scratch.AsSpan(length));
        length += content.Length;
        var utf8 = scratch.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(scratch);
        return utf8;
    }

    /// <summary>What a backslash and this character stand for; 0 where that is no escape of two characters.</summary>
    public static byte ShortEscape(byte escape) => escape switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => escape,
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => 0,
    };

    /// <summary>How much room a JSON string takes at most.</summary>
    public static int MaxStringLength(int units) => checked((units * MaxUnitLength) + 2);

    /// <summary>Writes a JSON string, quotes included, of ASCII characters only.</summary>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<char> text) =>
        output.Advance(WriteString(output.GetSpan(MaxStringLength(text.Length)), text));

    /// <summary>Writes UTF-8 text as a JSON string, quotes included, of ASCII characters only.</summary>
    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8) =>
        output.Advance(WriteString(output.GetSpan(MaxStringLength(utf8.Length)), utf8));

    /// <inheritdoc cref="WriteString(IBufferWriter{byte}, ReadOnlySpan{char})" />
    /// <returns>How many bytes were written.</returns>
    public static int WriteString(Span<byte> output, ReadOnlySpan<char> text)
    {
        var length = 0;
        output[length++] = (byte)'"';
        foreach (var unit in text)
        {
            if (unit is >= ' ' and <= '~' and not ('"' or '\\'))
            {
                output[length++] = (byte)unit;
            }
            else
            {
                length += Escape(unit, output[length..]);
            }
        }

        output[length++] = (byte)'"';
        return length;
    }

    /// <inheritdoc cref="WriteString(IBufferWriter{byte}, ReadOnlySpan{byte})" />
    /// <returns>How many bytes were written.</returns>
    public static int WriteString(Span<byte> output, ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        output[length++] = (byte)'"';
        while (utf8.Length >= Vector128<byte>.Count)
        {
            // A block as it is, and what must not stay so is written again.
            var block = Vector128.Create(utf8);
            block.CopyTo(output[length..]);
            var plain = CountPlain(block);
            length += plain;
            utf8 = utf8[plain..];
            if (plain < Vector128<byte>.Count)
            {
                utf8 = utf8[Escape(utf8, output, ref length)..];
            }
        }

        while (!utf8.IsEmpty)
        {
            utf8 = utf8[Escape(utf8, output, ref length)..];
        }

        output[length++] = (byte)'"';
        return length;
    }

    /// <summary>A float as Python's repr shows it: shortest digits, an exponent below 1e-4 and from 1e16.</summary>
    /// <param name="value">Any float.</param>
    /// <param name="buffer">Room for <see cref="MaxFloatLength"/> bytes.</param>
    public static ReadOnlySpan<byte> Float(double value, Span<byte> buffer)
    {
        var length = 0;
        if (value is >= 1 and < MaxExactSeconds && (long)Math.Round(value * 1e6) is var microseconds && microseconds / 1e6 == value)
        {
            var (whole, fraction) = Math.DivRem(microseconds, 1_000_000);
            Utf8Formatter.TryFormat(whole, buffer, out length);
            buffer[length++] = (byte)'.';
            Utf8Formatter.TryFormat(fraction, buffer[length..], out _, new StandardFormat('D', 6));
            return buffer[..Math.Max(length + 1, buffer[..(length + 6)].LastIndexOfAnyExcept((byte)'0') + 1)];
        }

        if (Math.Abs(value) is 0 or (>= 1e-4 and < 1e15))
        {
            value.TryFormat(buffer, out length, "R", CultureInfo.InvariantCulture);
            var isWhole = buffer[..length].IndexOf((byte)'.') < 0;
            return isWhole ? Append(buffer, length, ".0") : buffer[..length];
        }

        return double.IsFinite(value)
            ? Append(buffer, length, Exponential(value))
            : Append(buffer, length, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    private static string Exponential(double value)
    {
        // The exponent must be that of the shortest digits: the float nearest to 1e+23 is 9.99…e+22.
        var parts = value.ToString("R", CultureInfo.InvariantCulture).TrimStart('-').Split('E');
        var exponent = parts.Length > 1
            ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : parts[0].Split('.')[0].Length - 1;
        if (exponent == 15)
        {
            return value.ToString("F1", CultureInfo.InvariantCulture);
        }

        var digits = parts[0].Replace(".", "", StringComparison.Ordinal).Trim('0');
        var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
        return $"{(value < 0 ? "-" : "")}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static ReadOnlySpan<byte> Append(Span<byte> buffer, int length, string text) =>
        buffer[..(length + Encoding.ASCII.GetBytes(text, buffer[length..]))];

    private static char DecodeEscape(ReadOnlySpan<byte> escape, out int length)
    {
        var isLong = escape[1] == (byte)'u';
        length = isLong ? 6 : 2;
        return isLong
            ? (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : (char)ShortEscape(escape[1]);
    }

    /// <summary>How many of the bytes, from the first on, a JSON string may hold as they are.</summary>
    private static int CountPlain(Vector128<byte> block)
    {
        // Of signed bytes, those from 0x80 on are below the space too.
        var escaped = Vector128.LessThan(block.AsSByte(), Vector128.Create((sbyte)' ')).AsByte()
            | Vector128.Equals(block, Vector128.Create((byte)0x7F))
            | Vector128.Equals(block, Vector128.Create((byte)'"'))
            | Vector128.Equals(block, Vector128.Create((byte)'\\'));
        return BitOperations.TrailingZeroCount(escaped.ExtractMostSignificantBits() | (1u << Vector128<byte>.Count));
    }

    /// <summary>Writes the first character of a text; the number of bytes that it had.</summary>
    private static int Escape(ReadOnlySpan<byte> utf8, Span<byte> output, ref int length)
    {
        if (utf8[0] is >= (byte)' ' and <= (byte)'~' and var unescaped)
        {
            if (unescaped is (byte)'"' or (byte)'\\')
            {
                output[length++] = (byte)'\\';
            }

            output[length++] = unescaped;
            return 1;
        }

        return EscapeRare(utf8, output, ref length);
    }

    private static int EscapeRare(ReadOnlySpan<byte> utf8, Span<byte> output, ref int length)
    {
        Rune.DecodeFromUtf8(utf8, out var rune, out var taken);
        Span<char> units = stackalloc char[2];
        foreach (var unit in units[..rune.EncodeToUtf16(units)])
        {
            length += Escape(unit, output[length..]);
        }

        return taken;
    }

    private static int Escape(char unit, Span<byte> output)
    {
        var letter = unit switch
        {
            '"' => '"',
            '\\' => '\\',
            '\b' => 'b',
            '\f' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            _ => 'u',
        };
        output[0] = (byte)'\\';
        output[1] = (byte)letter;
        if (letter != 'u')
        {
            return 2;
        }

        for (var digit = 0; digit < 4; digit++)
        {
            output[2 + digit] = HexDigits[(unit >> (12 - (4 * digit))) & 0xF];
        }

        return 6;
    }
}
