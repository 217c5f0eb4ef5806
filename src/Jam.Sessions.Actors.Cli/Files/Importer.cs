using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Sessions of another file, to be added to a store: read and checked as a whole before anything is written.</summary>
/// <remarks>They get new numbers, and with them new handles; ids, keys, data, times and lifetimes stay. What has ended is left out.</remarks>
internal sealed class Importer
{
    private const int MaxLine = 512 << 20;

    private readonly List<Document> _sessions = [];

    /// <summary>How many documents are no sessions, or have data that cannot be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>How many have ended.</summary>
    public int Ended { get; private set; }

    /// <summary>How many have an id that the store, or a session before them, has already.</summary>
    public int Present { get; private set; }

    /// <summary>How many are to be added.</summary>
    public int Count => _sessions.Count;

    /// <summary>Reads a file of sessions: jam's or this engine's, or JSON lines.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The file.</param>
    /// <param name="source">Makes a reader of its documents, where they are not lines.</param>
    /// <param name="plain">Reads documents that are not encrypted, with the rules of the store.</param>
    /// <param name="options">What the store allows.</param>
    /// <exception cref="AdminRefusal">It is neither, and where.</exception>
    /// <exception cref="SessionStoreException">It is damaged.</exception>
    /// <exception cref="SessionSecretException">It is encrypted with another key.</exception>
    public static Importer Read(IDisk disk, string path, Func<DocumentReader> source, DocumentReader plain, ResolvedOptions options)
    {
        var importer = new Importer();
        if (IsLines(disk, path))
        {
            importer.ReadLines(disk, path, plain, options);
            return importer;
        }

        var reader = source();
        var read = SnapshotReader.Read(disk, path, reader);
        reader.Validate(path);
        foreach (var document in read.Documents)
        {
            importer.Add(document, reader.Now, options, where: $"document {LargeDocumentIds.TextOf(document.DocumentId is Document.NoDocumentId ? 0 : document.DocumentId)}");
        }

        return importer;
    }

    /// <summary>The documents of the store, and behind them those that are new.</summary>
    public IReadOnlyList<Document> Behind(IReadOnlyList<Document> documents)
    {
        var table = new SessionTable(documents);
        var ids = documents.Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
        var all = new List<Document>(documents);
        foreach (var session in _sessions)
        {
            if (ids.Add(session.Id))
            {
                all.Add(new Document(session.Id, session.Key, session.Data, session.CreatedAtSeconds, table.NewDocumentId(), session.Raw, session.Terms, session.Seen));
            }
            else
            {
                Present++;
            }
        }

        return all;
    }

    /// <summary>Refuses where something would be left out, and nobody said that it may be.</summary>
    /// <exception cref="AdminRefusal">With what would be left out.</exception>
    public void RequireAllowed(string path, bool skipPresent, bool skipUnreadable, ResolvedOptions options, int sessions)
    {
        if (Present > 0 && !skipPresent)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{Present} sessions of {path} have ids that are there already. Nothing was imported; --skip-present leaves them out.");
        }

        if (Unreadable > 0 && !skipUnreadable)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{Unreadable} documents of {path} are no sessions, or cannot be read. Nothing was imported; --skip-unreadable leaves them out.");
        }

        if (options.MaxSessions > 0 && sessions + Count - Present > options.MaxSessions)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"The store would have {sessions + Count - Present} sessions; max-sessions is {options.MaxSessions}. Nothing was imported.");
        }
    }

    private void Add(Document document, long now, ResolvedOptions options, string where)
    {
        if (document.IsOpaque || document.Id.Length == 0 || document.Key.Length == 0 || ReferenceEquals(document.Data, SessionData.Unreadable))
        {
            Unreadable++;
        }
        else if (!document.IsAliveAt(now))
        {
            Ended++;
        }
        else
        {
            _sessions.Add(options.Validate(document.Key, document.Data) is { } refusal ? throw new AdminRefusal(AdminRefusalKind.Refused, $"{where}: {refusal.Message}", refusal) : document);
        }
    }

    private void ReadLines(IDisk disk, string path, DocumentReader reader, ResolvedOptions options)
    {
        using var file = disk.OpenRead(path)!;
        var number = 0;
        foreach (var line in Lines(path, file))
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            Document session;
            try
            {
                session = SessionLine.Read(line, reader);
            }
            catch (AdminRefusal refusal)
            {
                throw new AdminRefusal(AdminRefusalKind.Damaged, $"{path}, line {number}: {refusal.Message}. Nothing was imported.", refusal);
            }

            Add(session, reader.Now, options, where: $"{path}, line {number}");
        }
    }

    /// <summary>jam's file names a table first, whose value is an object of objects; a line names members of a session.</summary>
    public static bool IsLines(IDisk disk, string path) => FirstName(disk, path) is "id" or "digest" or "key" or "data" or "createdAt" or "dataText" or "lifetime";

    /// <summary>Whether what is exported from a store with hashed ids begins so.</summary>
    public static bool HasDigests(IDisk disk, string path) => FirstName(disk, path) is "digest";

    private static string? FirstName(IDisk disk, string path)
    {
        using var file = disk.OpenRead(path) ?? throw new AdminRefusal(AdminRefusalKind.Refused, $"There is no file {path}.");
        var start = new byte[1 << 16];
        var length = file.Read(start, 0);
        try
        {
            var scanner = new JsonScanner(start.AsSpan(0, length));
            scanner.Take((byte)'{');
            scanner.Peek();
            return System.Text.Encoding.UTF8.GetString(scanner.TakeString());
        }
        catch (JsonDamage)
        {
            return null;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(string path, IDiskFile file)
    {
        var (buffer, start, end, read) = (new byte[1 << 16], 0, 0, 0L);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                yield return buffer.AsMemory(start, length);
                start += length + 1;
                continue;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, end < MaxLine ? end * 2 : throw new AdminRefusal(AdminRefusalKind.Damaged, $"{path} has a line that is longer than any session."));
            }

            var count = file.Read(buffer.AsSpan(end), read);
            if (count == 0)
            {
                yield return buffer.AsMemory(0, end);
                yield break;
            }

            (end, read) = (end + count, read + count);
        }
    }
}
