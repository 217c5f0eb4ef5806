using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Cli.Output;

/// <summary>Foreign text for a terminal: what could command it, hide, or change the order of what stands beside it is shown as its number.</summary>
/// <remarks>
/// Session keys are what users typed. Escapes are <c>\u{1B}</c>, and a backslash is doubled, so that what is shown can be read back. Letters that are written from
/// right to left are escaped too: beside them a terminal would turn digits and columns around.
/// </remarks>
internal static class SafeText
{
    // A letter may have so many accents; a heap of them covers the lines above and below.
    private const int MaxMarks = 2;

    public static string Of(string text, int maxLength = int.MaxValue)
    {
        var output = new StringBuilder(text.Length);
        var marks = MaxMarks;
        foreach (var rune in text.EnumerateRunes())
        {
            if (output.Length >= maxLength)
            {
                return output.Append('…').ToString();
            }

            var category = Rune.GetUnicodeCategory(rune);
            var isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;
            marks = isMark ? marks + 1 : 0;
            if (rune.Value == '\\')
            {
                output.Append(@"\\");
            }
            else if (IsSafe(rune, category) && (!isMark || marks <= MaxMarks))
            {
                output.Append(rune);
            }
            else
            {
                output.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:X}}}");
            }
        }

        return output.ToString();
    }

    /// <summary>The lines of a message of ours that has foreign text in it.</summary>
    public static string OfLines(string text) =>
        string.Join(Environment.NewLine, text.ReplaceLineEndings("\n").Split('\n').Select(line => Of(line).Replace(@"\\", @"\", StringComparison.Ordinal)));

    private static bool IsSafe(Rune rune, UnicodeCategory category) => category switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.SpaceSeparator => rune.Value == ' ',
        _ => rune.Value != 0xFFFD && !IsRightToLeft(rune.Value) && !IsInvisible(rune.Value),
    };

    /// <summary>The blocks of Unicode's scripts that run from right to left.</summary>
    private static bool IsRightToLeft(int rune) =>
        rune is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);

    /// <summary>Letters and marks that show nothing: fillers, variation selectors, the blank of Braille.</summary>
    private static bool IsInvisible(int rune) =>
        rune is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0100 and <= 0xE01EF);
}
