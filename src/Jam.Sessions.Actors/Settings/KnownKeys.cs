using Akka.Configuration;

namespace Jam.Sessions.Actors.Settings;

/// <summary>Keys that nobody reads: a misspelt option must not leave its default in force without a word.</summary>
internal static class KnownKeys
{
    /// <summary>The section of the stores that have names.</summary>
    public const string Stores = "stores";

    /// <summary>A sentence for each key that is not known, with the nearest one that is.</summary>
    public static IEnumerable<string> Misspelt(Config section, Config reference)
    {
        var known = Keys(reference).ToHashSet(StringComparer.Ordinal);
        return Keys(section).Where(key => key != Stores && !known.Contains(key)).Select(key => $"{key} is not known; did you mean {Nearest(key, known)}?");
    }

    /// <summary>The key that this is another spelling of, as JsonPath is of json-path; itself, where there is none.</summary>
    public static string Spelt(string key, Config reference) => Keys(reference).FirstOrDefault(known => Plain(known) == Plain(key)) ?? key;

    private static IEnumerable<string> Keys(Config config) => config.AsEnumerable().Select(pair => pair.Key);

    /// <summary>The one of the known names that is most like this one.</summary>
    public static string Nearest(string key, IEnumerable<string> known) => known.MinBy(candidate => Distance(Plain(key), Plain(candidate)))!;

    /// <summary>JsonPath, json_path and json-path are one spelling.</summary>
    public static string Plain(string key) => key.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>How many letters must be changed, added or left out (Levenshtein).</summary>
    public static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var (diagonal, before) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                before = Math.Min(Math.Min(row[j], before) + 1, diagonal + (from[i - 1] == to[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], before);
            }
        }

        return row[^1];
    }
}
