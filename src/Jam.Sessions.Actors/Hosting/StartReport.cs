using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>What a start tells of the file: how much it holds, and in one warning what of it the engine does not serve as jam does.</summary>
internal static class StartReport
{
    private const int MostNumbers = 20;

    public static void Log(EngineLog log, string path, SessionStore store, IReadOnlyList<Document> documents)
    {
        var served = documents.Where(document => !document.IsOpaque).ToList();
        log.Write(LogLines.Opened, path, served.Count);
        if (store.SnapshotBytes == 0 && documents.Count == 0)
        {
            log.Write(LogLines.OpenedEmpty, path);
        }

        if (store.Conversion is { } conversion)
        {
            log.Write(LogLines.Converted, path, conversion);
        }

        var unreadable = served.Where(session => !session.IsReadable).ToList();
        (int Count, string What)[] differences =
        [
            (unreadable.Count, $"with data that cannot be read, for it was changed, moved, or encrypted with a key that is not given: reading one fails (documents {NumbersOf(unreadable)})"),
            (served.Count(session => !IsObject(session.Data)), "with data that is no JSON object: its text is served"),
            (served.Count(session => session.CreatedAt is null), "without a time of creation that there is: it is not known"),
            (served.Count(session => session.Id.Length == 0), "without an id that is a text: clearing their key removes them, nothing else finds them"),
            (served.Count(session => session.Key.Length == 0), "without a key that is a text: they are found by their ids alone"),
            (documents.Count - served.Count, "that are no objects, or under a name that is no whole number: kept, not served"),
            (store.ReplacedDocuments, "whose number a later one has as well: the last one counts, as after jam's next write"),
        ];
        var met = differences.Where(difference => difference.Count > 0).Select(difference => $"{difference.Count} {difference.What}").ToList();
        if (met.Count > 0)
        {
            log.Write(LogLines.OddDocuments, path, string.Join("; ", met));
        }
    }

    private static string NumbersOf(List<Document> documents) =>
        string.Join(", ", documents.Take(MostNumbers).Select(document => LargeDocumentIds.TextOf(document.DocumentId))) + (documents.Count > MostNumbers ? ", …" : "");

    /// <remarks>Seen from its ends: to parse all data would make a start take half as long again.</remarks>
    private static bool IsObject(SessionData data) => ReferenceEquals(data, SessionData.Unreadable) || data.Utf8.Span.Trim(" \t\r\n"u8) is [(byte)'{', .., (byte)'}'];
}
