using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>What an operator's commands do: the same for a running store, behind its socket, and for a file that nobody has open.</summary>
internal static class AdminCommands
{
    private const int ProgressEvery = 1000;

    /// <summary>Runs one command.</summary>
    /// <param name="request">The command.</param>
    /// <param name="store">What it is about.</param>
    /// <param name="reply">Hears its rows.</param>
    /// <param name="changed">How many sessions it changed, or copied; 0 where it only read.</param>
    /// <returns>What came of it: one JSON object.</returns>
    /// <exception cref="AdminRefusal">It was not done.</exception>
    public static byte[] Run(AdminRequest request, IAdminStore store, IAdminReply reply, out int changed)
    {
        changed = 0;
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("command", AdminRequest.NameOf(request.Command));
        switch (request.Command)
        {
            case AdminCommand.Stats:
                Stats(store, json);
                break;
            case AdminCommand.List:
                List(request, store, reply, json);
                break;
            case AdminCommand.Show:
                Show(request, store, json);
                break;
            case AdminCommand.End:
                changed = End(request, store, reply, json);
                break;
            case AdminCommand.Sweep:
                changed = request.IsDryRun ? 0 : store.Sweep();
                json.WriteNumber("sessions", request.IsDryRun ? store.Sessions.Count(session => !session.IsAliveAt(store.Now)) : changed);
                json.WriteBoolean("dryRun", request.IsDryRun);
                break;
            case AdminCommand.Flush:
                store.Flush();
                json.WriteNumber("fileBytes", LengthOf(store.Path));
                break;
            case AdminCommand.Backup:
                changed = Backup(store, reply, json);
                break;
        }

        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Stats(IAdminStore store, Utf8JsonWriter json)
    {
        json.WriteString("file", store.Path);
        json.WriteBoolean("running", store.IsRunning);
        json.WriteNumber("fileBytes", LengthOf(store.Path));
        json.WriteNumber("journalBytes", JournalsOf(store.Path));
        json.WriteNumber("keptNotServed", store.OpaqueCount);
        StoreStatistics.Of(store.Sessions, store.Now).Write(json);
    }

    private static void List(AdminRequest request, IAdminStore store, IAdminReply reply, Utf8JsonWriter json)
    {
        var now = store.Now;
        var found = store.Sessions.Where(session => request.Selection.Matches(session, now));
        if (request.Selection.Key is not null)
        {
            found = found.OrderBy(session => session.CreatedAt ?? DateTimeOffset.MinValue).ThenBy(session => session.DocumentId);
        }

        TellRows(found, request.Limit, now, reply, json);
    }

    private static void Show(AdminRequest request, IAdminStore store, Utf8JsonWriter json)
    {
        if (request.Selection.Handle is null)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "show needs a handle, as list shows them.");
        }

        var now = store.Now;
        var session = store.Sessions.FirstOrDefault(session => request.Selection.Matches(session, now))
            ?? throw new AdminRefusal(AdminRefusalKind.Refused, "There is no session with this handle.");
        json.WritePropertyName("session");
        SessionRow.Write(json, session, now, isWhole: true);
    }

    private static int End(AdminRequest request, IAdminStore store, IAdminReply reply, Utf8JsonWriter json)
    {
        if (!request.Selection.SaysAnything)
        {
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "end needs to be told which sessions.");
        }

        var (now, unknown) = (store.Now, 0);
        var meant = new List<Document>();
        foreach (var session in store.Sessions.Where(session => session.IsAliveAt(now)))
        {
            if (request.Selection.Matches(session, now))
            {
                meant.Add(session);
            }
            else if (request.Selection.IsUnknownOf(session))
            {
                unknown++;
            }
        }

        var ended = 0;
        if (request.IsDryRun)
        {
            TellRows(meant, request.Limit, now, reply, json);
        }
        else
        {
            ended = store.End(meant, done =>
            {
                if (done % ProgressEvery == 0)
                {
                    reply.Progress(done, meant.Count);
                }
            });
            json.WriteNumber("sessions", ended);
        }

        json.WriteNumber("unknown", unknown);
        json.WriteBoolean("dryRun", request.IsDryRun);
        return ended;
    }

    private static int Backup(IAdminStore store, IAdminReply reply, Utf8JsonWriter json)
    {
        var documents = 0;
        var takenAt = new DateTimeOffset(store.Now, TimeSpan.Zero);
        var (length, checksum) = store.Copy(count => reply.Bytes(documents = count));
        json.WriteString("takenAt", takenAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("documents", documents);
        json.WriteNumber("length", length);
        json.WriteString("crc32c", checksum.ToString("x8", CultureInfo.InvariantCulture));
        return documents;
    }

    private static void TellRows(IEnumerable<Document> sessions, int limit, long now, IAdminReply reply, Utf8JsonWriter json)
    {
        var count = 0;
        var output = new ArrayBufferWriter<byte>();
        foreach (var session in sessions)
        {
            if (++count > limit && limit > 0)
            {
                continue;
            }

            output.ResetWrittenCount();
            using (var row = new Utf8JsonWriter(output))
            {
                SessionRow.Write(row, session, now, isWhole: false);
            }

            reply.Item(output.WrittenSpan);
        }

        json.WriteNumber("sessions", count);
        json.WriteNumber("shown", limit > 0 ? Math.Min(count, limit) : count);
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static long JournalsOf(string path) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.journal-*").Sum(LengthOf);
}
