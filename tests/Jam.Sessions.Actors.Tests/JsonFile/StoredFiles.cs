using System.Text;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Crash;

namespace Jam.Sessions.Actors.Tests.JsonFile;

/// <summary>A session file and journals in memory that a test puts together line by line, and what the store asks of the disk.</summary>
internal sealed class StoredFiles : IFaults
{
    /// <summary>Recovery asks the real disk whether the folder exists, and nothing else.</summary>
    public static readonly string JsonPath = Path.Combine(Path.GetTempPath(), "sessions.json");

    public StoredFiles() => Disk.Faults = this;

    public SimulatedDisk Disk { get; } = new();

    /// <summary>Operations that the disk was asked for, each with the file's name.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What an operation throws; null where it works.</summary>
    public Func<string, string, Exception?> Fault { get; set; } = (_, _) => null;

    public Random Random { get; } = new(1);

    public IEnumerable<string> Names => Disk.List(Path.GetTempPath(), "sessions.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static string JournalPath(int number) => $"{JsonPath}.journal-{number}";

    public static string Header(long first, long covers = 0, Fingerprint file = default, bool repeats = false) =>
        $"{{\"journal\": 1, \"first\": {first}, {(repeats ? $"\"repeats\": {first - 1}, " : "")}\"covers\": {covers}, \"length\": {file.Length}, \"file\": \"{file.Crc:x8}\"";

    public static string Base(long covers, Fingerprint file) => $"{{\"covers\": {covers}, \"length\": {file.Length}, \"file\": \"{file.Crc:x8}\"";

    /// <summary>A batch that makes one document, of the batch's number.</summary>
    public static string Batch(long number, string? id = null) => $"{{\"batch\": {number}, \"changes\": [{{\"{number}\": {Document(id ?? $"id{number}")}}}]";

    public static string Document(string id) => $$"""{"key": "key", "session_id": "{{id}}", "data": "{}", "created_at": 1.5}""";

    public static Fingerprint Of(string json) => Fingerprint.Empty.With(Encoding.UTF8.GetBytes(json));

    /// <summary>One change that makes a document, as the key actors hand it to the store.</summary>
    public static byte[] Change(long documentId, string? id = null) =>
        JournalEntry.Encode([new DocumentChange(null, Session(documentId, id))], new DocumentCodec(null)).ToArray();

    public static Document Session(long documentId, string? id = null) =>
        new(id ?? $"id{documentId}", "key", SessionData.Empty, 1.5, documentId, raw: null);

    public void Json(string json) => Disk.Put(JsonPath, Encoding.UTF8.GetBytes(json));

    public string? Text(string path) => Disk.Content(path) is { } content ? Encoding.UTF8.GetString(content) : null;

    public void Journal(int number, params string[] lines) => Disk.Put(JournalPath(number), [.. lines.SelectMany(Line)]);

    public static byte[] Line(string body) =>
        Encoding.ASCII.GetBytes($"{body}, \"crc\": \"{Fingerprint.Crc32C(0, Encoding.ASCII.GetBytes(body)):x8}\"}}\n");

    public (SessionStore Store, IReadOnlyList<Document> Documents) Open() => Recovery.Open(Disk, JsonPath, new DocumentCodec(null), "a test");

    /// <summary>The ids of the documents that a start finds.</summary>
    public string Ids()
    {
        var (store, documents) = Open();
        store.Dispose();
        return string.Join(',', documents.Select(document => document.Id));
    }

    /// <summary>Makes the next operation of this name fail.</summary>
    public void FailOnce(string operation, Exception? fault = null)
    {
        var isDone = false;
        Fault = (asked, _) =>
        {
            if (isDone || asked != operation)
            {
                return null;
            }

            isDone = true;
            return fault ?? new IOException("no space left on device");
        };
    }

    void IFaults.Before(string operation, string path)
    {
        Asked.Add($"{operation} {Path.GetFileName(path)}");
        if (Fault(operation, path) is { } fault)
        {
            throw fault;
        }
    }

    int IFaults.RoomFor(string path, int bytes)
    {
        Asked.Add($"Write {Path.GetFileName(path)}");
        return Fault("Write", path) is null ? bytes : bytes / 2;
    }
}
