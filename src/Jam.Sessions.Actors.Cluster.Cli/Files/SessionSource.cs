using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Cli.Files;

/// <summary>The sessions of a file that live, as rows are to hold them: read and checked as a whole before anything is written.</summary>
/// <remarks>
/// Of a session file everything stays: digests of ids, keys, numbers and with them handles, data, times, lifetimes, the id before the last rework. What is not
/// jam's in a document, and numbers that no row holds, do not.
/// </remarks>
internal sealed class SessionSource
{
    // So many documents are named.
    private const int MostNamed = 20;

    // As many numbers as there are in a millisecond, for who has none: as owners draw them.
    private const int NumberBits = 20;
    private const int TimeBits = 62 - NumberBits;

    // Longer ones do not fit into an index of PostgreSQL's.
    private const int LongestKey = SessionKeys.MaxLength;

    private readonly List<Document> _sessions = [];
    private readonly List<string> _leftOut = [];
    private readonly Dictionary<string, Document> _known = new(StringComparer.Ordinal);
    private readonly HashSet<(string Key, long Number)> _numbers = [];

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<Document> Sessions => _sessions;

    /// <summary>How many have ended.</summary>
    public int Ended { get; private set; }

    /// <summary>How many documents are no sessions, have no id, a key that is too long, or data that cannot be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Names of some of them.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>How many have an id that a document of the same key before them has: nobody is served them.</summary>
    public int Shadowed { get; private set; }

    /// <summary>How many have another number, and another handle, than in the file.</summary>
    public int Renumbered { get; private set; }

    /// <summary>How many had members in the file that rows do not keep.</summary>
    public int Shortened { get; private set; }

    /// <summary>How many have no lifetime.</summary>
    public int Untimed => _sessions.Count(session => session.Terms is null);

    /// <param name="target">The file, and its secret.</param>
    /// <exception cref="AdminRefusal">It cannot be brought in, and why.</exception>
    /// <exception cref="SecretNeeded">It is encrypted, and its secret not at hand.</exception>
    /// <exception cref="SessionStoreException">It is damaged, or a host has it.</exception>
    /// <exception cref="SessionSecretException">It is encrypted with another key.</exception>
    public static SessionSource Read(StoreTarget target)
    {
        OfflineStore.RequireStore(target);
        var source = new SessionSource();
        if (target.Disk.Stamp(target.Path) is not null && Importer.IsLines(target.Disk, target.Path))
        {
            source.ReadLines(target);
        }
        else
        {
            source.ReadFile(target);
        }

        return source;
    }

    private void ReadFile(StoreTarget target)
    {
        OfflineStore.RequireOwnFiles(target.Path);
        var mode = target.Look(StoreTarget.Holder) ?? StoreMode.None;
        target.Assume(mode with { AreIdsHashed = true });
        var read = Recovery.Read(target.Disk, target.Path, target.Codec(Conversions.IdsToHashed), StoreTarget.Holder, target.Options.AllowForeignFile);
        RequireOneKeyPerId(target.Path, read.Documents);
        var now = target.Clock.Now();
        foreach (var document in read.Documents)
        {
            Add(document, now);
        }
    }

    private void ReadLines(StoreTarget target)
    {
        target.Assume(StoreMode.None with { AreIdsHashed = true });
        var reader = new DocumentCodec(null, rules: target.Options.Rules(), clock: target.Clock).NewReader();
        var importer = Importer.Read(target.Disk, target.Path, () => reader, reader, target.Options);
        var sessions = importer.Behind([]);
        if (importer.Present > 0)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{importer.Present} lines of {target.Path} have an id that a line before them has. Nothing was imported.");
        }

        (Ended, Unreadable) = (importer.Ended, importer.Unreadable);
        _sessions.AddRange(sessions.Select(session => WithNumber(session, NewNumber(session))));
    }

    /// <remarks>An id belongs to one key's owner; here nobody could tell which.</remarks>
    private static void RequireOneKeyPerId(string path, IReadOnlyList<Document> documents)
    {
        var several = documents.Where(document => document.Id.Length > 0).GroupBy(document => document.Id, StringComparer.Ordinal)
            .Where(same => same.DistinctBy(document => document.Key, StringComparer.Ordinal).Count() > 1).ToList();
        if (several.Count > 0)
        {
            var named = several.Take(MostNamed).Select(same => string.Join(" and ", same.Select(NameOf)));
            throw new AdminRefusal(
                AdminRefusalKind.Refused,
                $"{several.Count} ids of {path} stand under several keys: documents {string.Join("; ", named)}{(several.Count > MostNamed ? "; …" : "")}. In a cluster an id has one key. Nothing was imported. End all of them but one (jam-sessions end --key … --handle …), and import again.");
        }
    }

    private void Add(Document document, long now)
    {
        if (document.IsOpaque || document.Id.Length == 0 || !document.IsReadable || document.Key.Length > LongestKey)
        {
            Unreadable++;
            if (_leftOut.Count < MostNamed)
            {
                _leftOut.Add($"{NameOf(document)} ({WhyLeftOut(document)})");
            }
        }
        else if (!_known.TryAdd(document.Id, document))
        {
            Shadowed++;
        }
        else if (!document.IsAliveAt(now))
        {
            Ended++;
        }
        else
        {
            Shortened += document.Raw is null ? 0 : 1;
            _sessions.Add(LargeDocumentIds.IsLarge(document.DocumentId) ? Renumber(document) : document);
        }
    }

    private Document Renumber(Document document)
    {
        Renumbered++;
        return WithNumber(document, NewNumber(document));
    }

    /// <summary>One that comes from the session alone, so that it is the same whenever this file is read.</summary>
    private long NewNumber(Document session)
    {
        var milliseconds = double.IsNaN(session.CreatedAtSeconds) ? 0 : Math.Clamp(session.CreatedAtSeconds * 1000, 0, (1L << TimeBits) - 1);
        var number = ((long)milliseconds << NumberBits) | ((long)ImportedIds.ShortOf(session) & ((1 << NumberBits) - 1));
        while (!_numbers.Add((session.Key, number)))
        {
            number = (number + 1) & (Document.DocumentIdLimit - 1);
        }

        return number;
    }

    private static Document WithNumber(Document session, long number) =>
        new(session.Id, session.Key, session.Data, session.CreatedAtSeconds, number, raw: null, session.Terms, session.Seen, session.Before);

    private static string WhyLeftOut(Document document) =>
        document.IsOpaque ? "no session" : document.Id.Length == 0 ? "no id" : document.Key.Length > LongestKey ? $"a key of more than {LongestKey} units" : "data that cannot be read";

    private static string NameOf(Document document) => document.DocumentId is Document.NoDocumentId ? "(a name that is no number)" : LargeDocumentIds.TextOf(document.DocumentId);
}
