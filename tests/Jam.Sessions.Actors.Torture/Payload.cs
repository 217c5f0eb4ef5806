using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Torture;

/// <summary>Session data that says whose it is: number, key and version, and padding that follows from them. Every bit of it can be checked.</summary>
public static class Payload
{
    /// <summary>Stands in every file that holds such data as it is.</summary>
    public const string Marker = "\\\"number\\\": ";

    public static string Text(long number, string key, int version)
    {
        var random = new Random(HashCode(number, version));
        var text = new StringBuilder(256);
        text.Append(CultureInfo.InvariantCulture, $$"""{"number": {{number}}, "key": "{{key}}", "version": {{version}}, "pad": "é\n""");
        for (var length = random.Next(200); length > 0; length--)
        {
            text.Append((char)('a' + random.Next(26)));
        }

        return text.Append("\"}").ToString();
    }

    private static int HashCode(long number, int version) => unchecked((int)((number * 31) + version) * 486187739);
}
