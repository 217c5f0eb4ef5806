using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>Document data from a caller and from a file, and all its readers. Input: from where, then the text.</summary>
internal sealed class DataTarget : IFuzzTarget
{
    private const byte Bytes = 0, Utf16 = 1, InFile = 2;

    // Stands in many seeds: what a message shows of it, it would show of anything.
    private const string Marker = "s3cr3tM4rk";

    private static readonly byte[][] Texts = new[]
    {
        "{}", """{"user": 1}""", $$"""{"{{Marker}}": "{{Marker}}", "a": {"b": [1, 2.5, -3e10, null, true, "{{Marker}}"] } }""",
        """{"a": "\ud83d\ude00\u0000\n\"\\", "é": "😀"}""", """{"a": 123456789012345678901234567890, "b": 1e999, "c": -0.0, "d": 5e-324}""",
        """{"a": 1, "a": 2, "A": 3}""", """{"Name": "x", "Count": 3, "When": "2026-01-01T00:00:00Z", "Kind": 1, "More": {"x": [1]}}""",
        string.Concat(Enumerable.Repeat("{\"a\":", 998)) + "{}" + new string('}', 998), """{"a": "\ud800"}""", """{"a": NaN}""", "[]", "null", "\"x\"", "",
    }.Select(Encoding.UTF8.GetBytes).ToArray();

    private sealed record Shape(string? Name, int Count, DateTimeOffset? When, DayOfWeek Kind, Dictionary<string, List<int>>? More);

    public string Name => "data";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Texts.SelectMany(text => new byte[][] { [Bytes, .. text], [InFile, .. text] }),
        .. Texts.Select(text => (byte[])[Utf16, .. MemoryMarshal.AsBytes(Encoding.UTF8.GetString(text).AsSpan())]),
    ];

    public byte[] Repair(byte[] input, Random random) => input;

    public string Run(byte[] input)
    {
        var bytes = input.AsSpan(Math.Min(1, input.Length));
        var origin = (byte)(input.FirstOrDefault() % 3);
        var (data, made) = Typed(() => origin switch
        {
            Bytes => SessionData.From(input.AsSpan(Math.Min(1, input.Length))),
            Utf16 => SessionData.From(MemoryMarshal.Cast<byte, char>(input.AsSpan(Math.Min(1, input.Length))).ToString()),
            _ => SessionData.Stored(input[Math.Min(1, input.Length)..]),
        });
        if (data is null)
        {
            return made;
        }

        if (origin != InFile)
        {
            Require(data.Equals(SessionData.From(data.Json)), "its text gives other data");
            Require(origin != Bytes || data.Utf8.Span.SequenceEqual(bytes), "it is not kept as it was given");
            Require(data.Equals(InAndOut(data)), "the file gives other data");
        }

        var (dictionary, toDictionary) = Typed(data.ToDictionary);
        var (json, toJson) = Typed(data.ToJsonObject);
        // A JsonObject reads its strings when they are asked for, and so may hold an unpaired surrogate that a dictionary cannot.
        Require(dictionary is null || dictionary.Count == json?.Count, "its readers disagree");
        if (dictionary is not null && Typed(() => SessionData.From(dictionary)).Value is { } again)
        {
            Require(again.ToDictionary().Count == dictionary.Count, "its dictionary gives other data");
        }

        return string.Join('|', made, toDictionary, toJson, Typed(() => SessionData.From(json ?? [])).Outcome,
            Typed(data.As<Shape>).Outcome, Typed(data.As<JsonElement>).Outcome, Typed(data.As<JsonObject>).Outcome, Typed(data.As<Dictionary<string, string>>).Outcome,
            Typed(data.As<object>).Outcome, Typed(data.As<List<int>>).Outcome, Typed(data.As<int>).Outcome, Typed(data.ToString).Outcome);
    }

    private static SessionData InAndOut(SessionData data)
    {
        var output = new ArrayBufferWriter<byte>();
        JsonText.WriteString(output, data.Utf8.Span);
        var scanner = new JsonScanner(output.WrittenSpan);
        return SessionData.Stored(JsonText.DecodeUtf8(scanner.TakeString(), out _));
    }

    /// <summary>The value, or the kind of refusal; any other exception goes through.</summary>
    private static (T? Value, string Outcome) Typed<T>(Func<T> read)
    {
        try
        {
            return (read(), "");
        }
        catch (SessionDataException e)
        {
            Require(!e.ToString().Contains(Marker, StringComparison.Ordinal) && e.InnerException is null, "a message shows data");
            return (default, new string([.. e.Message.Where(c => !char.IsDigit(c))]));
        }
    }

    private static void Require(bool holds, string failure)
    {
        if (!holds)
        {
            throw new FuzzFailureException(failure);
        }
    }
}
