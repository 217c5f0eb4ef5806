using System.Text;
using CsCheck;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>What the scanner takes, what it calls damage, and that it never throws anything else.</summary>
public sealed class JsonScannerSpec
{
    private static readonly byte[] Document = Encoding.UTF8.GetBytes(
        """{"a": [1, -0.5e+10, true, false, null, NaN, -Infinity, Infinity], "é\ud800\"": {"x": "😀\n", "y": {}, "z": []}, "n": 0}""");

    [Theory]
    [InlineData("{}")]
    [InlineData("[ ]")]
    [InlineData("[[], {}, [[{\"a\": []}]]]")]
    [InlineData("\"\"")]
    [InlineData(@"""\""\\\/\b\f\n\r\t\u00e9\ud800""")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("[0, -0, 10, 1.50, 1E2, 1e-2, 1e+2]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{ \"a\"\n:\t[\r1 , 2 ] }")]
    public void A_value_is_taken_verbatim(string json)
    {
        var scanner = new JsonScanner(Encoding.UTF8.GetBytes($" {json} "));
        Assert.Equal(json, Encoding.UTF8.GetString(scanner.TakeValue()));
        Assert.True(scanner.AtEnd());
    }

    [Theory]
    [InlineData("[1,]", 3)]
    [InlineData("[,1]", 1)]
    [InlineData("[1 2]", 3)]
    [InlineData("[01]", 2)]
    [InlineData("[+1]", 1)]
    [InlineData("[1.]", 3)]
    [InlineData("[.5]", 1)]
    [InlineData("[1e]", 3)]
    [InlineData("[-]", 2)]
    [InlineData("[nul]", 1)]
    [InlineData("[True]", 1)]
    [InlineData("{\"a\" 1}", 5)]
    [InlineData("{\"a\":1,}", 7)]
    [InlineData("{a:1}", 1)]
    [InlineData("{1:1}", 1)]
    [InlineData("[\"\\x\"]", 2)]
    [InlineData("[\"\\u00g0\"]", 2)]
    [InlineData("[\"\n\"]", 2)]
    [InlineData("[\"\0\"]", 2)]
    [InlineData("['a']", 1)]
    [InlineData("[1}", 2)]
    [InlineData("/**/1", 0)]
    public void Damage_is_found_where_it_is(string json, int offset)
    {
        var damage = Assert.Throws<JsonDamage>(() => Take(Encoding.UTF8.GetBytes(json)));
        Assert.False(damage.AtEnd);
        Assert.Equal(offset, damage.Offset);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_damage_where_the_text_begins()
    {
        var damage = Assert.Throws<JsonDamage>(() => Take([(byte)'"', (byte)'a', 0xC3, (byte)'"']));
        Assert.Equal((1L, false, "text that is not UTF-8"), (damage.Offset, damage.AtEnd, damage.Message));
    }

    [Theory]
    [InlineData("[1 2]", "']' expected")]
    [InlineData("{\"a\" 1}", "':' expected")]
    [InlineData("[\"\n\"]", "control character in a string")]
    [InlineData("[+1]", "a value expected")]
    [InlineData("[nul]", "a value expected")]
    [InlineData("[\"\\x\"]", "an escape that JSON does not have")]
    [InlineData("[\"\\u00g0\"]", "an escape that JSON does not have")]
    [InlineData("[", "it ends too early")]
    public void Damage_says_what_was_found(string json, string finding) =>
        Assert.Equal(finding, Assert.Throws<JsonDamage>(() => Take(Encoding.UTF8.GetBytes(json))).Message);

    [Fact]
    public void A_document_that_was_cut_anywhere_ends_too_early()
    {
        for (var length = 0; length < Document.Length; length++)
        {
            Assert.True(Assert.Throws<JsonDamage>(() => Take(Document.AsSpan(0, length).ToArray())).AtEnd, $"cut at {length}");
        }

        Assert.Equal(Document.Length, Take(Document));
    }

    [Fact]
    public void Bytes_that_were_changed_at_random_are_taken_or_are_damage() =>
        Gen.Select(Gen.Int[0, Document.Length - 1], Gen.Byte).Array[1, 4].Sample(
            changes =>
            {
                var bytes = Document.ToArray();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                try
                {
                    Take(bytes);
                }
                catch (JsonDamage damage)
                {
                    Assert.InRange(damage.Offset, 0, bytes.Length);
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("[", "]", "")]
    [InlineData("{\"a\":", "}", "1")]
    public void A_hundred_thousand_levels_are_no_problem(string open, string close, string inner)
    {
        const int Levels = 100_000;
        var deep = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Repeat(open, Levels)) + inner + string.Concat(Enumerable.Repeat(close, Levels)));
        Assert.Equal(deep.Length, Take(deep));
        Assert.True(Assert.Throws<JsonDamage>(() => Take(deep.AsSpan(..^1).ToArray())).AtEnd);
    }

    [Fact]
    public void A_string_stays_escaped_and_whole_numbers_end_where_the_digits_do()
    {
        var text = new JsonScanner("""  "a\"b" 12"""u8);
        Assert.Equal("a\\\"b", Encoding.UTF8.GetString(text.TakeString()));
        Assert.Equal("12", Encoding.UTF8.GetString(text.TakeWholeNumber()));
        Assert.True(text.AtEnd());
    }

    private static int Take(byte[] bytes)
    {
        var scanner = new JsonScanner(bytes);
        return scanner.TakeValue().Length;
    }
}
