using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads the JSON that Python's json module writes, from bytes: standard JSON and the words NaN, Infinity and -Infinity.</summary>
/// <remarks>
/// Unlike Utf8JsonReader it decodes lone surrogates, nests without limit and gives any value's bytes back verbatim: all three are needed to
/// keep what jam wrote. Damage and early ends throw <see cref="JsonDamage"/>.
/// </remarks>
internal ref struct JsonScanner(ReadOnlySpan<byte> bytes, int position = 0)
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; set; } = position;

    /// <summary>The next byte that is no blank, not yet taken.</summary>
    public byte Peek()
    {
        while (Position < _bytes.Length)
        {
            var next = _bytes[Position];
            if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return next;
            }

            Position++;
        }

        throw End();
    }

    /// <summary>True where nothing but blanks is left.</summary>
    public bool AtEnd()
    {
        while (Position < _bytes.Length && _bytes[Position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            Position++;
        }

        return Position == _bytes.Length;
    }

    public bool TryTake(byte expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public void Take(byte expected)
    {
        if (!TryTake(expected))
        {
            throw Unexpected($"'{(char)expected}' expected");
        }
    }

    /// <summary>After a member or element: true where another one follows, false where the container closed.</summary>
    public bool TakeCommaOr(byte close)
    {
        if (TryTake((byte)','))
        {
            return true;
        }

        Take(close);
        return false;
    }

    /// <summary>Takes a string; its content stays escaped.</summary>
    public ReadOnlySpan<byte> TakeString()
    {
        Take((byte)'"');
        var start = Position;
        while (true)
        {
            var stop = _bytes[Position..].IndexOfAny(StringStops);
            if (stop < 0)
            {
                throw End();
            }

            Position += stop;
            switch (_bytes[Position])
            {
                case (byte)'"':
                    var content = _bytes[start..Position];
                    if (!Utf8.IsValid(content))
                    {
                        Position = start;
                        throw Unexpected("text that is not UTF-8");
                    }

                    Position++;
                    return content;
                case (byte)'\\':
                    SkipEscape();
                    break;
                default:
                    throw Unexpected("control character in a string");
            }
        }
    }

    /// <summary>Takes any value; its bytes, verbatim.</summary>
    public ReadOnlySpan<byte> TakeValue()
    {
        Peek();
        var start = Position;
        var nesting = new Stack<byte>();
        do
        {
            if (!TryOpen(nesting))
            {
                TakeScalar();
                CloseWhatEnds(nesting);
            }
        }
        while (nesting.Count > 0);

        return _bytes[start..Position];
    }

    /// <summary>Takes the digits of a whole number, also where nothing follows them.</summary>
    public ReadOnlySpan<byte> TakeWholeNumber()
    {
        Peek();
        var start = Position;
        TakeDigits();
        return _bytes[start..Position];
    }

    private bool TryOpen(Stack<byte> nesting)
    {
        byte close = Peek() switch { (byte)'{' => (byte)'}', (byte)'[' => (byte)']', _ => 0 };
        if (close == 0)
        {
            return false;
        }

        Position++;
        nesting.Push(close);
        if (TryTake(close))
        {
            nesting.Pop();
            CloseWhatEnds(nesting);
        }
        else
        {
            TakeNameIn(nesting);
        }

        return true;
    }

    private void CloseWhatEnds(Stack<byte> nesting)
    {
        while (nesting.TryPeek(out var close))
        {
            if (TakeCommaOr(close))
            {
                TakeNameIn(nesting);
                return;
            }

            nesting.Pop();
        }
    }

    private void TakeNameIn(Stack<byte> nesting)
    {
        if (nesting.Peek() == (byte)'}')
        {
            TakeString();
            Take((byte)':');
        }
    }

    private void TakeScalar()
    {
        switch (Peek())
        {
            case (byte)'"':
                TakeString();
                break;
            case (byte)'t':
                TakeWord("true"u8);
                break;
            case (byte)'f':
                TakeWord("false"u8);
                break;
            case (byte)'n':
                TakeWord("null"u8);
                break;
            default:
                TakeNumber();
                break;
        }
    }

    private void TakeNumber()
    {
        if (Peek() == (byte)'N')
        {
            TakeWord("NaN"u8);
            return;
        }

        TryTakeByte((byte)'-');
        if (ByteAt(Position) == (byte)'I')
        {
            TakeWord("Infinity"u8);
            return;
        }

        if (!TryTakeByte((byte)'0'))
        {
            TakeDigits();
        }

        if (TryTakeByte((byte)'.'))
        {
            TakeDigits();
        }

        if (TryTakeByte((byte)'e') || TryTakeByte((byte)'E'))
        {
            _ = TryTakeByte((byte)'+') || TryTakeByte((byte)'-');
            TakeDigits();
        }
    }

    private void TakeDigits()
    {
        if (!char.IsAsciiDigit((char)ByteAt(Position)))
        {
            throw Unexpected("a value expected");
        }

        while (Position < _bytes.Length && char.IsAsciiDigit((char)_bytes[Position]))
        {
            Position++;
        }
    }

    // At the end of the bytes there is no telling whether a number goes on; every number of a file is followed by something.
    private bool TryTakeByte(byte expected)
    {
        if (ByteAt(Position) != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    private void TakeWord(ReadOnlySpan<byte> word)
    {
        var rest = _bytes[Position..];
        if (!rest.StartsWith(word))
        {
            throw word.StartsWith(rest) ? End() : Unexpected("a value expected");
        }

        Position += word.Length;
    }

    private void SkipEscape()
    {
        switch (ByteAt(Position + 1))
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                Position += 2;
                break;
            case (byte)'u':
                for (var digit = 2; digit < 6; digit++)
                {
                    if (!char.IsAsciiHexDigit((char)ByteAt(Position + digit)))
                    {
                        throw Unexpected("an escape that JSON does not have");
                    }
                }

                Position += 6;
                break;
            default:
                throw Unexpected("an escape that JSON does not have");
        }
    }

    private readonly byte ByteAt(int position) => position < _bytes.Length ? _bytes[position] : throw End();

    private readonly JsonDamage End() => new(_bytes.Length, "it ends too early", atEnd: true);

    private readonly JsonDamage Unexpected(string finding) => new(Position, finding);
}
