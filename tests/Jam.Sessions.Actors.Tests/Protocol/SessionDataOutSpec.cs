using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>Every way out of session data.</summary>
public sealed class SessionDataOutSpec
{
    [Fact]
    public void Data_is_read_as_a_type_by_reflection_and_by_source_generation()
    {
        var data = SessionData.From("""{"Owner":"é","Items":[1,2]}""");
        Assert.Equal(("é", 2), (data.As<SessionDataInSpec.Cart>().Owner, data.As<SessionDataInSpec.Cart>().Items.Length));
        Assert.Equal(("é", 2), (data.As(SessionDataInSpec.CartJson.Default.Cart).Owner, data.As(SessionDataInSpec.CartJson.Default.Cart).Items[1]));
        Assert.Equal("é", data.As<Dictionary<string, JsonElement>>()["Owner"].GetString());
    }

    [Fact]
    public void A_dictionary_has_the_types_that_it_promises()
    {
        var values = SessionData.From(
            """{"long":-9223372036854775808,"big":9223372036854775808,"minus":-123456789012345678901234567890,"float":1.0,"exponent":1e2,"text":"\u00e9","yes":true,"no":false,"null":null,"list":[1,[2.5],{"x":"y"}]}""")
            .ToDictionary();
        Assert.Equal(long.MinValue, values["long"]);
        Assert.Equal(new BigInteger(long.MaxValue) + 1, values["big"]);
        Assert.Equal(BigInteger.Parse("-123456789012345678901234567890", CultureInfo.InvariantCulture), values["minus"]);
        Assert.Equal(1.0, values["float"]);
        Assert.Equal(100.0, values["exponent"]);
        Assert.Equal(("é", true, false, null), (values["text"], (bool)values["yes"]!, (bool)values["no"]!, values["null"]));
        var list = Assert.IsType<List<object?>>(values["list"]);
        Assert.Equal(2.5, Assert.IsType<List<object?>>(list[1])[0]);
        Assert.Equal("y", Assert.IsType<Dictionary<string, object?>>(list[2])["x"]);
    }

    [Fact]
    public void Numbers_are_read_alike_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (odd.NumberFormat.NegativeSign, odd.NumberFormat.NumberDecimalSeparator) = ("~", ",");
        try
        {
            CultureInfo.CurrentCulture = odd;
            var values = SessionData.From("""{"big":-123456789012345678901234567890,"float":-1.5}""").ToDictionary();
            Assert.Equal(BigInteger.Parse("-123456789012345678901234567890", CultureInfo.InvariantCulture), values["big"]);
            Assert.Equal(-1.5, values["float"]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Of_duplicate_names_the_last_one_counts()
    {
        var data = SessionData.From("""{"a":1,"b":{"c":1,"c":2},"a":3}""");
        Assert.Equal(3L, data.ToDictionary()["a"]);
        Assert.Equal(3, data.As<Dictionary<string, JsonElement>>()["a"].GetInt32());
        Assert.Equal(3, (int)data.ToJsonObject()["a"]!);
        Assert.Equal(2, (int)data.ToJsonObject()["b"]!["c"]!);
    }

    [Fact]
    public void What_is_done_to_a_reading_does_not_reach_the_data()
    {
        var data = SessionData.From("""{"a":{"b":1}}""");
        data.ToJsonObject()["a"]!["b"] = 2;
        data.ToJsonObject().Clear();
        data.ToDictionary().Clear();
        ((Dictionary<string, object?>)data.ToDictionary()["a"]!)["b"] = 2;
        data.Utf8.ToArray().AsSpan().Clear();
        Assert.Equal("""{"a":{"b":1}}""", data.Json);
        Assert.Equal(1L, ((Dictionary<string, object?>)data.ToDictionary()["a"]!)["b"]);
    }

    [Theory]
    [InlineData("""{"Owner":"hunter2","Items":"hunter2"}""")]
    [InlineData("""{"Owner":["hunter2"]}""")]
    public void Data_that_does_not_fit_the_type_is_said_so_without_showing_it(string json)
    {
        var data = SessionData.From(json);
        Assert.DoesNotContain("hunter2", Assert.Throws<SessionDataException>(() => data.As<SessionDataInSpec.Cart>()).ToString(), StringComparison.Ordinal);
        Assert.Throws<SessionDataException>(() => data.As(SessionDataInSpec.CartJson.Default.Cart));
        Assert.Throws<SessionDataException>(() => data.As<int>());
    }

    [Theory]
    [InlineData("[\"hunter2\"]")]
    [InlineData("\"hunter2\"")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{\"a\": NaN}")]
    [InlineData("{\"a\": \"hunter2")]
    [InlineData("{\"a\": 1} hunter2")]
    public void Text_of_a_file_that_is_no_object_is_shown_by_json_alone(string text)
    {
        var data = SessionData.Stored(Encoding.UTF8.GetBytes(text));
        Assert.Equal(text, data.Json);
        foreach (var read in new Action[] { () => data.ToDictionary(), () => data.ToJsonObject(), () => data.As<SessionDataInSpec.Cart>() })
        {
            Assert.DoesNotContain("hunter2", Assert.Throws<SessionDataException>(read).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Data_is_equal_where_its_text_is()
    {
        var data = SessionData.From("""{"a":1}""");
        Assert.Equal(data, SessionData.From("""{"a":1}"""u8));
        Assert.Equal(data.GetHashCode(), SessionData.From("""{"a":1}"""u8).GetHashCode());
        Assert.True(data.Equals((object)SessionData.From("""{"a":1}""")));
        Assert.NotEqual(data, SessionData.From("""{"a": 1}"""));
        Assert.False(data.Equals(null));
        Assert.False(data.Equals("""{"a":1}""" as object));
        Assert.Equal(SessionData.Empty, SessionData.From("{}"));
    }

    [Fact]
    public void A_string_of_it_shows_the_size_alone() =>
        Assert.Equal("15 bytes", SessionData.From("""{"a":"hunter2"}""").ToString());
}
