using System.Text;
using CsCheck;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cli.Tests;

/// <summary>Session keys are foreign text: what of it reaches a terminal.</summary>
public sealed class SafeTextSpec
{
    [Theory]
    [InlineData("user1", "user1")]
    [InlineData("Zoë 😀 日本", "Zoë 😀 日本")]
    [InlineData("\u001b[2J", @"\u{1B}[2J")]
    [InlineData("\u009b31m", @"\u{9B}31m")]
    [InlineData("\u001b]0;title\u0007", @"\u{1B}]0;title\u{7}")]
    [InlineData("a\r\nb\tc\bd", @"a\u{D}\u{A}b\u{9}c\u{8}d")]
    [InlineData("a\u202Eb\u2066c\u200Fd", @"a\u{202E}b\u{2066}c\u{200F}d")]
    [InlineData("אב", @"\u{5D0}\u{5D1}")]
    [InlineData("a\u200Bb\uFEFFc\u2028d\u00A0e", @"a\u{200B}b\u{FEFF}c\u{2028}d\u{A0}e")]
    [InlineData("e\u0301", "e\u0301")]
    [InlineData("e\u0301\u0302\u0303\u0304", "e\u0301\u0302\\u{303}\\u{304}")]
    [InlineData(@"a\u{1B}", @"a\\u{1B}")]
    [InlineData("[red]x[/]", "[red]x[/]")]
    public void Is_shown_as_it_is_or_as_its_number(string key, string shown) => Assert.Equal(shown, SafeText.Of(key));

    [Fact]
    public void Half_a_surrogate_pair_and_letters_of_tags_are_numbers()
    {
        Assert.Equal(@"a\u{FFFD}", SafeText.Of("a" + '\uD800'));
        Assert.Equal(@"\u{E0041}", SafeText.Of(char.ConvertFromUtf32(0xE0041)));
    }

    [Fact]
    public void No_text_commands_a_terminal() => Gen.String[Gen.OneOf(Gen.Char, Gen.Char['\0', '\u00A0'], Gen.Char['\u2000', '\u206F']), 0, 40].Sample(text =>
    {
        var shown = SafeText.Of(text);
        return !shown.Any(c => char.IsControl(c) || c is (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u061C');
    });

    [Fact]
    public void Long_text_is_cut_between_characters() => Assert.Equal("😀😀…", SafeText.Of("😀😀😀😀", 4));

    [Fact]
    public void Messages_keep_their_lines_and_nothing_else() =>
        Assert.Equal($"a{Environment.NewLine}\\u{{1B}}[1mb\\c", SafeText.OfLines("a\n\u001b[1mb\\c"));

    [Fact]
    public void A_table_takes_no_cell_as_markup()
    {
        using var output = new StringWriter();
        var table = new SafeTable(new Terminal { Out = output, Error = TextWriter.Null }, hasHeaders: true, "key");
        table.Add("[link=https://example.org]x[/] \u001b[31m");
        table.Write();
        Assert.Contains(@"[link=https://example.org]x[/] \u{1B}[31m", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output.ToString());
    }
}
