using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Jam.Sessions.Actors.Tests.BadInput;

/// <summary>Data that is accepted ends no process and stalls none, whatever stack reads it.</summary>
public sealed class SmallStacksSpec
{
    private const int SmallStack = 256 << 10;
    private const int UsualStack = 1 << 20;

    private static readonly SessionData s_deep = SessionData.From(string.Concat(Enumerable.Repeat("{\"a\":", 998)) + "1" + new string('}', 998));

    /// <remarks>An overflow of the stack would end the test run.</remarks>
    [Fact]
    public void Data_that_is_too_deep_for_a_stack_is_refused_there()
    {
        Assert.IsType<SessionDataException>(On(SmallStack, () => s_deep.ToJsonObject()));
        Assert.IsType<SessionDataException>(On(SmallStack, () => s_deep.ToDictionary()));
    }

    [Fact]
    public void Data_of_any_depth_is_read_on_the_usual_stack()
    {
        Assert.IsType<JsonObject>(On(UsualStack, () => s_deep.ToJsonObject()));
        Assert.IsType<Dictionary<string, object?>>(On(UsualStack, () => s_deep.ToDictionary()));
    }

    /// <remarks>System.Text.Json does the going down here, and looks at no stack.</remarks>
    [Fact]
    public void Data_of_any_depth_is_read_as_a_type_on_any_stack()
    {
        Assert.IsType<JsonObject>(On(SmallStack, () => s_deep.As<JsonObject>()));
        Assert.IsType<Nested>(On(SmallStack, () => SessionData.From(s_deep.Json.Replace("1", "null", StringComparison.Ordinal)).As<Nested>()));
        Assert.IsType<JsonElement>(On(SmallStack, () => s_deep.As<JsonElement>()));
    }

    [Fact]
    public void Values_of_any_depth_become_data_on_any_stack()
    {
        var dictionary = new Dictionary<string, object?>();
        JsonObject node = [];
        var nested = new Nested();
        for (var level = 1; level < 998; level++)
        {
            dictionary = new Dictionary<string, object?> { ["a"] = dictionary };
            node = new JsonObject { ["a"] = node };
            nested = new Nested { Inner = nested };
        }

        var options = new JsonSerializerOptions { MaxDepth = SessionData.MaxDepth, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var typeInfo = (JsonTypeInfo<Nested>)options.GetTypeInfo(typeof(Nested));
        var expected = string.Concat(Enumerable.Repeat("{\"a\":", 997)) + "{}" + new string('}', 997);
        Assert.Equal(expected, Assert.IsType<SessionData>(On(SmallStack, () => SessionData.From((IReadOnlyDictionary<string, object?>)dictionary))).Json);
        Assert.IsType<SessionData>(On(SmallStack, () => SessionData.From(node)));
        Assert.IsType<SessionData>(On(SmallStack, () => SessionData.From(nested)));
        Assert.IsType<SessionData>(On(SmallStack, () => SessionData.From(nested, typeInfo)));
    }

    /// <remarks>A thread for each read would take longer than the read.</remarks>
    [Fact]
    public void Data_that_is_wide_but_not_deep_is_read_on_the_callers_thread()
    {
        var wide = SessionData.From($"{{\"text\": \"{new string('[', 100)}\\\"{new string('{', 100)}\", \"items\": [{string.Join(", ", Enumerable.Repeat("{\"n\": [1]}", 1000))}]}}");
        Assert.Equal(Environment.CurrentManagedThreadId, wide.As<Reader>().ThreadId);
        Assert.NotEqual(Environment.CurrentManagedThreadId, s_deep.As<Reader>().ThreadId);
    }

    [Fact]
    public void A_whole_number_of_more_digits_than_python_reads_is_refused()
    {
        Assert.Equal(4300, SessionData.From($"{{\"n\": {new string('9', 4300)}}}").ToDictionary()["n"]!.ToString()!.Length);
        var large = SessionData.From($"{{\"n\": {new string('9', 1_000_000)}}}");
        Assert.Throws<SessionDataException>(large.ToDictionary);
        Assert.NotNull(large.ToJsonObject());
        Assert.True(double.IsInfinity((double)SessionData.From($"{{\"n\": {new string('9', 1_000_000)}.0}}").ToDictionary()["n"]!));
    }

    private static object On(int stackBytes, Func<object> read)
    {
        object? result = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = read();
                }
                catch (SessionDataException e)
                {
                    result = e;
                }
            },
            stackBytes);
        thread.Start();
        thread.Join();
        return result!;
    }

    [JsonConverter(typeof(ReaderConverter))]
    private sealed record Reader(int ThreadId);

    private sealed class ReaderConverter : JsonConverter<Reader>
    {
        public override Reader Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            reader.Skip();
            return new Reader(Environment.CurrentManagedThreadId);
        }

        public override void Write(Utf8JsonWriter writer, Reader value, JsonSerializerOptions options) => throw new NotSupportedException();
    }

    private sealed class Nested
    {
        [JsonPropertyName("a")]
        public Nested? Inner { get; init; }
    }
}
