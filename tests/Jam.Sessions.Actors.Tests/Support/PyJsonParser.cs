using System.Globalization;
using System.Numerics;
using System.Text;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Reads what Python's <c>json.loads</c> reads, by plain recursion over the text.</summary>
internal sealed class PyJsonParser
{
    private readonly string _text;
    private int _at;

    private PyJsonParser(string text) => _text = text;

    public static PyJson Parse(string text)
    {
        var parser = new PyJsonParser(text);
        var value = parser.Value();
        parser.Next();
        return parser._at == text.Length ? value : throw parser.Damage();
    }

    private PyJson Value() => Next() switch
    {
        '{' => Members(),
        '[' => Items(),
        '"' => new PyJson.Text(String()),
        _ when TryWord("null") => PyJson.Null,
        _ when TryWord("true") => new PyJson.Word("true"),
        _ when TryWord("false") => new PyJson.Word("false"),
        _ when TryWord("NaN") => new PyJson.Float(double.NaN),
        _ when TryWord("Infinity") => new PyJson.Float(double.PositiveInfinity),
        _ when TryWord("-Infinity") => new PyJson.Float(double.NegativeInfinity),
        _ => Number(),
    };

    private PyJson.Members Members()
    {
        var members = new List<(string Name, PyJson Value)>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        _at++;
        for (var goesOn = Next() != '}'; goesOn; goesOn = Comma())
        {
            Next();
            var name = String();
            Take(':');
            var value = Value();
            if (places.TryAdd(name, members.Count))
            {
                members.Add((name, value));
            }
            else
            {
                members[places[name]] = (name, value);
            }
        }

        Take('}');
        return new PyJson.Members(members);
    }

    private PyJson.Items Items()
    {
        var items = new List<PyJson>();
        _at++;
        for (var goesOn = Next() != ']'; goesOn; goesOn = Comma())
        {
            items.Add(Value());
        }

        Take(']');
        return new PyJson.Items(items);
    }

    private string String()
    {
        var text = new StringBuilder();
        Take('"');
        while (true)
        {
            var unit = _at < _text.Length ? _text[_at++] : throw Damage();
            switch (unit)
            {
                case '"':
                    return text.ToString();
                case '\\':
                    text.Append(Escape());
                    break;
                case < ' ':
                    throw Damage();
                default:
                    text.Append(unit);
                    break;
            }
        }
    }

    private char Escape()
    {
        var letter = _at < _text.Length ? _text[_at++] : throw Damage();
        if (letter == 'u' && _at + 4 <= _text.Length)
        {
            _at += 4;
            return (char)ushort.Parse(_text.AsSpan(_at - 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        var place = "\"\\/bfnrt".IndexOf(letter, StringComparison.Ordinal);
        return place >= 0 ? "\"\\/\b\f\n\r\t"[place] : throw Damage();
    }

    private PyJson Number()
    {
        var start = _at;
        while (_at < _text.Length && "+-.0123456789eE".Contains(_text[_at], StringComparison.Ordinal))
        {
            _at++;
        }

        var number = _text.AsSpan(start, _at - start);
        if (number.IsEmpty)
        {
            throw Damage();
        }

        return number.IndexOfAny('.', 'e', 'E') >= 0
            ? new PyJson.Float(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture))
            : new PyJson.Int(BigInteger.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private bool TryWord(string word)
    {
        var isThere = string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0;
        _at += isThere ? word.Length : 0;
        return isThere;
    }

    private bool Comma()
    {
        var isThere = Next() == ',';
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void Take(char expected) => _at = Next() == expected ? _at + 1 : throw Damage();

    /// <summary>The next character that is no blank, or NUL at the end.</summary>
    private char Next()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\r' or '\t')
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private FormatException Damage() => new($"no JSON at {_at}");
}
