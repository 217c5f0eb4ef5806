using System.Text;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>Writes a file as jam would: the engine's bulk load.</summary>
internal static class SessionFile
{
    /// <summary>Writes and syncs the file; the sessions' ids, in order.</summary>
    public static List<string> Write(string path, IEnumerable<NewSession> sessions)
    {
        var ids = new List<string>();
        using var file = new FileStream(path, FileMode.CreateNew);
        using (var text = new StreamWriter(file, Encoding.ASCII, 1 << 16, leaveOpen: true))
        {
            text.Write("{\"_default\": {");
            foreach (var (key, data) in sessions)
            {
                ids.Add(SessionIds.UuidV4());
                text.Write(ids.Count == 1 ? "" : ", ");
                text.Write($"\"{ids.Count}\": {{\"key\": \"{key}\", \"session_id\": \"{ids[^1]}\", \"data\": \"");
                text.Write(data.Text.Replace("\"", "\\\"", StringComparison.Ordinal));
                text.Write("\", \"created_at\": 1795367285.296665}");
            }

            text.Write("}}");
        }

        file.Flush(flushToDisk: true);
        return ids;
    }

    /// <summary>As many sessions as one wants, so many to a key.</summary>
    public static IEnumerable<NewSession> Sessions(int count, int sessionsPerKey) => Enumerable.Range(0, count)
        .Select(i => new NewSession(Population.NameOf(i / sessionsPerKey), Payload.Of(i, i)));
}
