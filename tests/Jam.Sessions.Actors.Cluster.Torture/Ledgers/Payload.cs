using System.Globalization;
using System.Text.Json;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>Session data that says whose it is: number, key and version, and padding that follows from them.</summary>
internal sealed record Payload(long Number, string Key, int Version)
{
    public static string Text(long number, string key, int version) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"number":{{number}},"key":"{{key}}","version":{{version}},"pad":"{{Pad(number, version)}}"}""");

    /// <summary>Members that make data of one version data of another.</summary>
    public static string Patch(long number, int version) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"version":{{version}},"pad":"{{Pad(number, version)}}"}""");

    /// <summary>Null where these are no data that anybody has written.</summary>
    public static Payload? Parse(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "");
            var root = document.RootElement;
            var payload = new Payload(root.GetProperty("number").GetInt64(), root.GetProperty("key").GetString()!, root.GetProperty("version").GetInt32());
            return root.GetProperty("pad").GetString() == Pad(payload.Number, payload.Version) && root.EnumerateObject().Count() == 4 ? payload : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Pad(long number, int version)
    {
        var random = new Random(unchecked((int)((number * 31) + version) * 486187739));
        return string.Create(random.Next(200), random, static (pad, random) =>
        {
            foreach (ref var letter in pad)
            {
                letter = (char)('a' + random.Next(26));
            }
        });
    }
}
