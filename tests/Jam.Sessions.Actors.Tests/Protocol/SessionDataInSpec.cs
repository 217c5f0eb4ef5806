using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>Every way into session data, and what is refused on it.</summary>
public sealed partial class SessionDataInSpec
{
    private const string Marker = "hunter2";

    [Theory]
    [InlineData("{}")]
    [InlineData(" { \"b\" : 1.50 , \"a\":\t1E2 } \n")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"é":"\u00e9😀\ud83d\ude00<>&'"}""")]
    [InlineData("""{"lone":"\ud800"}""")]
    [InlineData("""{"n":123456789012345678901234567890,"x":-0.0,"y":1e999}""")]
    public void Text_is_kept_as_it_was_given(string json)
    {
        Assert.Equal(json, SessionData.From(json).Json);
        Assert.Equal(json, SessionData.From(Encoding.UTF8.GetBytes(json)).Json);
        Assert.Equal(json, SessionData.From(Encoding.UTF8.GetBytes(json).AsSpan()).Json);
        Assert.Equal(Encoding.UTF8.GetBytes(json), SessionData.From(json).Utf8.ToArray());
        Assert.Equal(Encoding.UTF8.GetByteCount(json), SessionData.From(json).Length);
    }

    [Fact]
    public void Dictionaries_go_in()
    {
        var values = new Dictionary<string, object?> { ["b"] = 1, ["a"] = new[] { "é", null }, ["c"] = null };
        const string Json = """{"b":1,"a":["é",null],"c":null}""";
        SessionData converted = values;
        Assert.Equal(Json, converted.Json);
        Assert.Equal(Json, SessionData.From(values).Json);
        Assert.Equal(Json, SessionData.From((IReadOnlyDictionary<string, object?>)values).Json);
    }

    [Fact]
    public void Json_objects_go_in()
    {
        var values = new JsonObject { ["b"] = 1, ["a"] = new JsonArray("é", null) };
        SessionData converted = values;
        Assert.Equal("""{"b":1,"a":["é",null]}""", converted.Json);
        Assert.Equal(converted, SessionData.From(values));
    }

    [Fact]
    public void A_json_element_keeps_its_text()
    {
        using var document = JsonDocument.Parse("""{"inner": {"x" : 1.50} }""");
        Assert.Equal("""{"x" : 1.50}""", SessionData.From(document.RootElement.GetProperty("inner")).Json);
    }

    [Fact]
    public void Any_type_goes_in_by_reflection_and_by_source_generation()
    {
        var cart = new Cart("é", [1, 2]);
        Assert.Equal("""{"Owner":"é","Items":[1,2]}""", SessionData.From(cart).Json);
        Assert.Equal("""{"user":1}""", SessionData.From(new { user = 1 }).Json);
        Assert.Equal(cart.Items, SessionData.From(cart, CartJson.Default.Cart).As<Cart>().Items);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"password\":\"hunter2\"}]")]
    [InlineData("\"hunter2\"")]
    [InlineData("42")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{\"hunter2\":")]
    [InlineData("{\"hunter2\"}")]
    [InlineData("{\"a\":\"hunter2\",}")]
    [InlineData("{'a':'hunter2'}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{/* hunter2 */}")]
    [InlineData("{} hunter2")]
    [InlineData("{}{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"a\":\"hunter2\n\"}")]
    public void Text_that_is_not_one_json_object_is_refused(string json)
    {
        RefusedWithoutData(() => SessionData.From(json));
        RefusedWithoutData(() => SessionData.From(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public void Bytes_that_are_not_utf8_are_refused(byte[] bytes) =>
        RefusedWithoutData(() => SessionData.From([.. "{\"a\":\"hunter2"u8, .. bytes, .. "\"}"u8]));

    [Fact]
    public void Text_with_an_unpaired_surrogate_is_refused()
    {
        var text = Assert.Throws<SessionDataException>(() => SessionData.From("{\"a\":\"hunter2" + '\uDBCD' + "\"}")).ToString();
        Assert.DoesNotContain("DBCD", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Values_that_json_cannot_hold_as_an_object_are_refused()
    {
        var cyclic = new Dictionary<string, object?> { ["password"] = Marker };
        cyclic["self"] = cyclic;
        RefusedWithoutData(() => SessionData.From((IReadOnlyDictionary<string, object?>)cyclic));
        RefusedWithoutData(() => SessionData.From(cyclic));
        RefusedWithoutData(() => SessionData.From(new { hunter2 = double.NaN }));
        RefusedWithoutData(() => SessionData.From(new JsonObject { [Marker] = double.PositiveInfinity }));
        RefusedWithoutData(() => SessionData.From(new { hunter2 = (Action)(() => { }) }));
        RefusedWithoutData(() => SessionData.From(new[] { Marker }));
        RefusedWithoutData(() => SessionData.From<object>(Marker));
        RefusedWithoutData(() => SessionData.From(42));
        using var array = JsonDocument.Parse("[\"hunter2\"]");
        RefusedWithoutData(() => SessionData.From(array.RootElement));
        RefusedWithoutData(() => SessionData.From(default(JsonElement)));
    }

    [Fact]
    public void Null_is_refused_as_an_argument()
    {
        Assert.Throws<ArgumentNullException>(() => SessionData.From((string)null!));
        Assert.Throws<ArgumentNullException>(() => SessionData.From((byte[])null!));
        Assert.Throws<ArgumentNullException>(() => SessionData.From((JsonObject)null!));
        Assert.Throws<ArgumentNullException>(() => SessionData.From((IReadOnlyDictionary<string, object?>)null!));
        Assert.Throws<ArgumentNullException>(() => SessionData.From<Cart>(null!));
        Assert.Throws<ArgumentNullException>(() => (SessionData)(Dictionary<string, object?>)null!);
    }

    [Fact]
    public void A_thousand_levels_go_in_and_out_and_one_more_does_not()
    {
        var deepest = Nested(SessionData.MaxDepth);
        var data = SessionData.From(deepest);
        Assert.Equal(deepest, SessionData.From(data.ToJsonObject()).Json);
        Assert.Equal(deepest, SessionData.From(data.ToDictionary()).Json);
        Assert.Equal(deepest, SessionData.From(data.As<JsonElement>()).Json);
        RefusedWithoutData(() => SessionData.From(Nested(SessionData.MaxDepth + 1)));
        RefusedWithoutData(() => SessionData.From(new Dictionary<string, object?> { ["a"] = data.ToDictionary() }));
        RefusedWithoutData(() => SessionData.From(new JsonObject { ["a"] = data.ToJsonObject() }));
    }

    [Fact]
    public void What_happens_to_the_source_later_does_not_reach_the_data()
    {
        var bytes = """{"a":1}"""u8.ToArray();
        var values = new JsonObject { ["a"] = 1 };
        var dictionary = new Dictionary<string, object?> { ["a"] = 1 };
        SessionData[] all = [SessionData.From(bytes), SessionData.From(bytes.AsSpan()), values, dictionary];
        bytes.AsSpan().Fill((byte)'x');
        values["a"] = 2;
        dictionary.Clear();
        Assert.All(all, data => Assert.Equal("""{"a":1}""", data.Json));
    }

    private static string Nested(int depth) => $"{{\"a\":{new string('[', depth - 1)}{new string(']', depth - 1)}}}";

    private static void RefusedWithoutData(Func<SessionData> make) =>
        Assert.DoesNotContain(Marker, Assert.Throws<SessionDataException>(make).ToString(), StringComparison.Ordinal);

    internal sealed record Cart(string Owner, int[] Items);

    [JsonSerializable(typeof(Cart))]
    internal sealed partial class CartJson : JsonSerializerContext;
}
