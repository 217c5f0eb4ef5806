using System.Globalization;

namespace Jam.Sessions.Actors.Storage;

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

    private static long ReadAnyForm(ReadOnlySpan<char> text)
    {
        var underscoresFit = !text.StartsWith("_") && !text.EndsWith("_") && !text.Contains("__", StringComparison.Ordinal)
            && !text.Contains("+_", StringComparison.Ordinal) && !text.Contains("-_", StringComparison.Ordinal);
        var digits = text.Contains('_') && underscoresFit ? text.ToString().Replace("_", "", StringComparison.Ordinal) : text;
        var isNumber = long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id);
        return isNumber && id is > -Session.DocumentIdLimit and < Session.DocumentIdLimit ? id : Session.NoDocumentId;
    }
}
