using System.Buffers;
using System.Text;
using Akka.Configuration;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>Files that somebody wants to import: JSON lines, and session files of any writer.</summary>
internal sealed class ImportTarget : IFuzzTarget
{
    private static readonly string s_source = Path.Combine(Path.GetTempPath(), "jam-sessions-fuzz-import");
    private static readonly ResolvedOptions s_options = ResolvedOptions.Resolve(new JamSessionsOptions { JsonPath = StoreOracle.SessionFile, MaxDataBytes = 1 << 16 }, Config.Empty);

    public string Name => "import";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"id": "a", "key": "user1", "createdAt": 1795367285.296665, "data": {"cart": [1, "é"]}, "lifetime": {"seen": 1795367345.0, "since": 1.5, "idle": 1e9, "max": null}}""",
            """{"key": "user2", "id": "b", "data": {}}""" + "\n\n" + """{"id": "c", "key": "\u202e", "dataText": "NaN"}""" + "\r\n",
            """{"id": "a", "key": "u", "data": {}}""" + "\n" + """{"id": "a", "key": "u", "data": {}}""",
            "", "{}", "[]", "{\"id\": 5}",
        }.Select(Encoding.UTF8.GetBytes),
        .. Fuzz.Seeds.Files.Where(file => file.Length < 1500).Take(25),
    ];

    public byte[] Repair(byte[] input, Random random) => input;

    public string Run(byte[] input)
    {
        var disk = new MemoryDisk { Files = { [s_source] = input } };
        var codec = new DocumentCodec(null);
        Importer importer;
        IReadOnlyList<Document> all;
        try
        {
            importer = Importer.Read(disk, s_source, codec.NewReader, codec.NewReader(), s_options);
            all = importer.Behind([]);
        }
        catch (Exception e) when (e is AdminRefusal or SessionStoreException or SessionSecretException)
        {
            return $"{e.GetType().Name} {new string([.. e.Message.Replace(s_source, "", StringComparison.Ordinal).Where(c => !char.IsDigit(c)).Take(80)])}";
        }

        Require(all.Count == importer.Count - importer.Present, "not all that is counted is imported");
        Require(all.Select(session => session.Id).Distinct(StringComparer.Ordinal).Count() == all.Count, "an id twice");
        Require(all.Select(session => session.DocumentId).Distinct().Count() == all.Count, "a number twice");
        RequireWritten(all);
        all.ToList().ForEach(RequireLines);
        return $"imported {Math.Min(all.Count, 3)} {Math.Min(importer.Present, 2)} {Math.Min(importer.Unreadable, 2)}";
    }

    /// <summary>What was imported is what the next start finds.</summary>
    private static void RequireWritten(IReadOnlyList<Document> sessions)
    {
        var disk = new MemoryDisk();
        var (store, _) = Recovery.Open(disk, StoreOracle.SessionFile, new DocumentCodec(null), "fuzz");
        var snapshot = store.BeginSnapshot([.. sessions], eraseHistory: true, isExact: true);
        snapshot.Write();
        store.Complete(snapshot);
        store.Dispose();
        var found = Recovery.Read(disk, StoreOracle.SessionFile, new DocumentCodec(null), holder: null).Documents;
        Require(found.Count == sessions.Count, "other sessions are found");
        for (var i = 0; i < found.Count; i++)
        {
            Require(found[i].Equals(sessions[i]), "another session is found");
        }
    }

    /// <summary>Exported and imported again, it is the same; with its id, and with a digest of it.</summary>
    private static void RequireLines(Document session)
    {
        RequireLine(session, StoredIds.Plain);
        RequireLine(new Document(StoredIds.DigestOf(session.Id), session.Key, session.Data, session.CreatedAtSeconds, session.DocumentId, raw: null, session.Terms, session.Seen), StoredIds.Hashed);
    }

    private static void RequireLine(Document session, StoredIds ids)
    {
        var line = new ArrayBufferWriter<byte>();
        if (session.Id.Length > 4096 || session.Key.Length > SessionKeys.MaxLength || (!ids.AreHashed && !IsText(session.Id)) || !IsText(session.Key) || !SessionLine.TryWrite(line, session, ids))
        {
            return;
        }

        var again = SessionLine.Read(line.WrittenMemory[..^1], new DocumentCodec(null, rules: new SessionRules { Ids = ids }).NewReader());
        Require(again.Id == session.Id && again.Key == session.Key && again.Data.Equals(session.Data), "a line reads as another session");
        Require(session.CreatedAt is null || again.CreatedAt == session.CreatedAt, "a line reads as another time");
    }

    private static bool IsText(string text) => text.EnumerateRunes().All(rune => rune.Value != 0xFFFD);

    private static void Require(bool holds, string failure)
    {
        if (!holds)
        {
            throw new FuzzFailureException(failure);
        }
    }
}
