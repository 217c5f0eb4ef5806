using System.Globalization;
using System.Numerics;
using System.Text;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A JSON value as Python's json module reads it; shares no code with the engine.</summary>
/// <remarks>
/// Whole numbers of any size, floats with NaN and the infinities, lone surrogates, and names in order, of which the last of equal ones wins
/// in the place of the first. <c>1</c>, <c>1.0</c> and <c>true</c> are three different values here.
/// </remarks>
public abstract record PyJson
{
    public static readonly PyJson Null = new Word("null");

    /// <summary>Parses one value. Throws <see cref="FormatException"/> where Python raises JSONDecodeError.</summary>
    public static PyJson Parse(string text) => PyJsonParser.Parse(text);

    /// <summary>Parses a file, which must be UTF-8.</summary>
    public static PyJson Load(string path) =>
        Parse(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(path)));

    /// <summary>What <see cref="SessionData.ToDictionary"/> gives, as JSON again.</summary>
    public static PyJson FromClr(object? value) => value switch
    {
        null => Null,
        bool flag => new Word(flag ? "true" : "false"),
        string text => new Text(text),
        long number => new Int(number),
        BigInteger number => new Int(number),
        double number => new Float(number),
        IReadOnlyList<object?> items => new Items([.. items.Select(FromClr)]),
        IReadOnlyDictionary<string, object?> members => new Members([.. members.Select(pair => (pair.Key, FromClr(pair.Value)))]),
        _ => throw new ArgumentException($"{value.GetType()} is no JSON value.", nameof(value)),
    };

    public string String => ((Text)this).Value;

    public bool IsNull => this is Word { Value: "null" };

    public double Number => this is Float { Value: var value } ? value : (double)((Int)this).Value;

    public IReadOnlyList<PyJson> List => ((Items)this).Values;

    /// <summary>The value of a name; throws where there is none.</summary>
    public PyJson this[string name] => Find(name) ?? throw new KeyNotFoundException(name);

    public PyJson? Find(string name) => ((Members)this).Values.Where(member => member.Name == name).Select(member => member.Value).SingleOrDefault();

    /// <summary>A text that two values share exactly when they are the same value.</summary>
    /// <param name="isOrderFree">Whether the order of names is no difference.</param>
    public string Canonical(bool isOrderFree = false)
    {
        var text = new StringBuilder();
        Write(text, isOrderFree);
        return text.ToString();
    }

    private protected abstract void Write(StringBuilder output, bool isOrderFree);

    public sealed record Word(string Value) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree) => output.Append(Value);
    }

    public sealed record Int(BigInteger Value) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree) => output.Append(Value.ToString(CultureInfo.InvariantCulture));
    }

    public sealed record Float(double Value) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree) =>
            output.Append("float ").Append(Value.ToString("R", CultureInfo.InvariantCulture));
    }

    public sealed record Text(string Value) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree) => Quote(output, Value);

        internal static void Quote(StringBuilder output, string text)
        {
            output.Append('"');
            foreach (var unit in text)
            {
                _ = unit is >= ' ' and <= '~' and not ('"' or '\\')
                    ? output.Append(unit)
                    : output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }

            output.Append('"');
        }
    }

    public sealed record Items(IReadOnlyList<PyJson> Values) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree)
        {
            output.Append('[');
            foreach (var value in Values)
            {
                value.Write(output, isOrderFree);
                output.Append(", ");
            }

            output.Append(']');
        }
    }

    public sealed record Members(IReadOnlyList<(string Name, PyJson Value)> Values) : PyJson
    {
        private protected override void Write(StringBuilder output, bool isOrderFree)
        {
            output.Append('{');
            foreach (var (name, value) in isOrderFree ? Values.OrderBy(member => member.Name, StringComparer.Ordinal) : Values.AsEnumerable())
            {
                Text.Quote(output, name);
                output.Append(": ");
                value.Write(output, isOrderFree);
                output.Append(", ");
            }

            output.Append('}');
        }
    }
}
