using System.Globalization;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The journals beside a session file: <c>sessions.json.journal-1</c>, <c>-2</c>, …</summary>
internal static class JournalFiles
{
    public static string PathOf(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.journal-{number}");

    /// <summary>A file that held a journal and waits for the next one; worth nothing to anybody else.</summary>
    public static string SpareOf(string path) => $"{path}.journal-spare";

    /// <summary>In the order in which they were written.</summary>
    public static IReadOnlyList<(string Path, int Number)> List(IDisk disk, string path)
    {
        var prefix = $"{Path.GetFileName(path)}.journal-";
        return disk.List(Path.GetDirectoryName(path)!, prefix)
            .Select(file => (file, int.TryParse(Path.GetFileName(file).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1))
            .Where(journal => journal.Item2 >= 0)
            .OrderBy(journal => journal.Item2)
            .ToList();
    }
}
