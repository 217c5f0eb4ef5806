using System.Globalization;
using System.Numerics;
using System.Text;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The names of documents.</summary>
internal static class DocumentId
{
    private const int NeverTooLarge = 18;

    /// <summary>Reads a document id as Python's <c>int()</c> does, which jam applies to every name.</summary>
    public static long Read(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > NeverTooLarge || name.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return ReadAnyForm(JsonText.Decode(name).AsSpan().Trim());
        }

        var id = 0L;
        foreach (var digit in name)
        {
            id = (id * 10) + digit - '0';
        }

        return id;
    }

    /// <summary>A sign, and digits of any script with single underscores between them.</summary>
    private static long ReadAnyForm(ReadOnlySpan<char> text)
    {
        var isNegative = text is ['-', ..];
        var digits = new StringBuilder(text.Length);
        var isAfterDigit = false;
        foreach (var rune in (text is ['-' or '+', ..] ? text[1..] : text).EnumerateRunes())
        {
            var isSeparator = rune.Value == '_' && isAfterDigit;
            isAfterDigit = Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;
            if (isAfterDigit)
            {
                digits.Append((char)('0' + (int)Rune.GetNumericValue(rune)));
            }
            else if (!isSeparator)
            {
                return Document.NoDocumentId;
            }
        }

        if (!isAfterDigit || digits.Length > LargeDocumentIds.MaxDigits)
        {
            return Document.NoDocumentId;
        }

        var number = BigInteger.Parse(digits.ToString(), NumberStyles.None, CultureInfo.InvariantCulture);
        return LargeDocumentIds.Of(isNegative ? -number : number);
    }
}
