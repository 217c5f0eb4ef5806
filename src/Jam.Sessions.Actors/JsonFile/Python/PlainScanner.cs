using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Takes what jam and this engine write almost always, and is false at anything else, be it another way to say it or damage.</summary>
/// <remarks>A shortcut and no judge: where it is false, <see cref="JsonScanner"/> begins again at the same place and has the last word.</remarks>
internal ref struct PlainScanner(ReadOnlySpan<byte> bytes, int position)
{
    private const int MaxTimeLength = 17;

    private static readonly SearchValues<byte> Unescaped = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(i => (byte)i).Where(c => c is not ((byte)'"' or (byte)'\\'))]);

    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; } = position;

    /// <summary>Takes a document: four fields in jam's order, spaced as Python spaces them; and the name of what goes beyond jam, if that follows.</summary>
    /// <param name="data">Gets the data, unescaped.</param>
    /// <param name="key">The key.</param>
    /// <param name="id">The session id; empty where there is none.</param>
    /// <param name="dataLength">How long the data is.</param>
    /// <param name="createdAt">Unix seconds.</param>
    /// <param name="hasMore">Whether the value of that name follows, and then the document's end.</param>
    public bool TryTakeDocument(
        Span<byte> data, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> id, out int dataLength, out double createdAt, out bool hasMore)
    {
        key = id = default;
        (dataLength, createdAt, hasMore) = (0, 0, false);
        return TryTake("{\"key\": \""u8) && TryTakeText(out key)
            && (!TryTake(", \"session_id\": \""u8) || TryTakeText(out id))
            && TryTake(", \"data\": \""u8) && TryUnescape(data, out dataLength)
            && TryTake(", \"created_at\": "u8) && TryTakeTime(out createdAt)
            && (TryTake("}"u8) || (hasMore = TryTake(", \"jam_sessions\": "u8)));
    }

    private bool TryTake(ReadOnlySpan<byte> expected)
    {
        if (!_bytes[Position..].StartsWith(expected))
        {
            return false;
        }

        Position += expected.Length;
        return true;
    }

    /// <summary>Takes the rest of a string of ASCII characters without escapes, and its closing quote.</summary>
    private bool TryTakeText(out ReadOnlySpan<byte> content)
    {
        var rest = _bytes[Position..];
        var length = rest.IndexOfAnyExcept(Unescaped);
        content = length < 0 ? default : rest[..length];
        Position += length + 1;
        return length >= 0 && rest[length] == (byte)'"';
    }

    /// <summary>Takes the rest of a string of ASCII characters and short escapes, and its closing quote.</summary>
    /// <param name="unescaped">Gets the text.</param>
    /// <param name="length">How long that is.</param>
    public bool TryUnescape(Span<byte> unescaped, out int length)
    {
        length = 0;
        while (_bytes.Length - Position > Vector256<byte>.Count && unescaped.Length - length > Vector256<byte>.Count)
        {
            // Copies more than is known to be text; the next round writes over what is not.
            var next = Vector256.Create(_bytes.Slice(Position, Vector256<byte>.Count));
            next.CopyTo(unescaped[length..]);
            var ends = Vector256.Equals(next, Vector256.Create((byte)'"')) | Vector256.Equals(next, Vector256.Create((byte)'\\'))
                | Vector256.LessThan(next.AsSByte(), Vector256.Create((sbyte)' ')).AsByte();
            var plain = Math.Min(BitOperations.TrailingZeroCount(ends.ExtractMostSignificantBits()), Vector256<byte>.Count);
            Position += plain;
            length += plain;
            if (plain == Vector256<byte>.Count)
            {
                continue;
            }

            if (_bytes[Position] != (byte)'\\')
            {
                return _bytes[Position++] == (byte)'"';
            }

            var character = JsonText.ShortEscape(_bytes[Position + 1]);
            if (character == 0)
            {
                return false;
            }

            unescaped[length++] = character;
            Position += 2;
        }

        return false;
    }

    /// <summary>Takes Unix seconds with up to six decimals that Python writes in exactly these characters.</summary>
    /// <remarks>
    /// Those below <see cref="JsonText.MaxExactSeconds"/> without closing zeros. Digits and power of ten are both exact as floats, which makes their
    /// quotient the nearest float.
    /// </remarks>
    public bool TryTakeTime(out double seconds)
    {
        var text = _bytes[Position..Math.Min(Position + MaxTimeLength + 1, _bytes.Length)];
        var (digits, point, at) = (0L, -1, 0);
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit((char)text[at]))
            {
                digits = (digits * 10) + text[at] - '0';
            }
            else if (text[at] == (byte)'.' && point < 0)
            {
                point = at;
            }
            else
            {
                break;
            }
        }

        var decimals = at - point - 1;
        var isTime = at <= MaxTimeLength && point is > 0 and <= 10 && decimals is > 0 and <= 6
            && text[0] != (byte)'0' && (text[at - 1] != (byte)'0' || decimals == 1);
        seconds = isTime ? digits / PowersOfTen[decimals] : 0;
        Position += at;
        return isTime && seconds < JsonText.MaxExactSeconds;
    }
}
