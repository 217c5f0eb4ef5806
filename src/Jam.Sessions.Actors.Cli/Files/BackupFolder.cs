using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>
/// A backup: a session file, and what it must be like. The second is written last, so a backup without it was never finished.
/// <code>
/// sessions.json
/// backup.json    {"backup": 1, "file": "sessions.json", "documents": 5, "length": 1234, "crc32c": "0123abcd", "takenAt": "2026-11-27T00:00:00Z"}
/// </code>
/// </summary>
internal sealed class BackupFolder
{
    public const string FileName = "sessions.json";
    public const string ManifestName = "backup.json";
    public const int Version = 1;

    private const int MaxManifest = 1 << 16;

    private BackupFolder(string path, int documents, Fingerprint file, string takenAt) => (Path, Documents, File, TakenAt) = (path, documents, file, takenAt);

    /// <summary>The mode that its file is in, once that was read; null where it is in none.</summary>
    public StoreMode? Mode { get; private set; }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its session file.</summary>
    public string SessionFile => System.IO.Path.Combine(Path, FileName);

    public int Documents { get; }

    public Fingerprint File { get; }

    public string TakenAt { get; }

    /// <summary>Takes a backup into a folder that has nothing in it, or is not there yet.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The folder.</param>
    /// <param name="take">Has the backup streamed, and returns what was said of it at the end.</param>
    /// <exception cref="AdminRefusal">The folder is not empty, or what was written is not what was sent.</exception>
    public static BackupFolder Take(IDisk disk, string path, Func<IAdminReply, byte[]> take)
    {
        MakeEmpty(path);
        var file = System.IO.Path.Combine(path, FileName);
        try
        {
            var said = Write(disk, file, take);
            disk.SyncDirectory(path);
            var backup = new BackupFolder(path, said.Documents, said.File, said.TakenAt);
            backup.Verify(disk);
            backup.WriteManifest(disk);
            return backup;
        }
        catch
        {
            NewFile.Discard(disk, file);
            throw;
        }
    }

    /// <summary>Looks a backup up, and reads all of it.</summary>
    /// <exception cref="AdminRefusal">It is none, was never finished, or is damaged.</exception>
    public static BackupFolder Open(IDisk disk, string path)
    {
        var manifest = System.IO.Path.Combine(path, ManifestName);
        using var file = disk.OpenRead(manifest) ?? throw new AdminRefusal(
            AdminRefusalKind.Refused, $"{path} is no backup, or one that was never finished: it has no {ManifestName}.");
        var backup = Parse(path, manifest, file);
        backup.Verify(disk);
        return backup;
    }

    private static BackupFolder Parse(string path, string manifest, IDiskFile file)
    {
        try
        {
            var bytes = new byte[file.Length is > 0 and <= MaxManifest and var length ? length : throw new FormatException()];
            using var json = JsonDocument.Parse(bytes.AsMemory(0, file.Read(bytes, 0)));
            var root = json.RootElement;
            return root.GetProperty("backup").GetInt32() == Version && root.GetProperty("file").GetString() == FileName
                ? new BackupFolder(path, root.GetProperty("documents").GetInt32(), FileOf(root), root.GetProperty("takenAt").GetString() ?? "")
                : throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new AdminRefusal(AdminRefusalKind.Damaged, $"{manifest} is damaged, or of another release.", e);
        }
    }

    private static Fingerprint FileOf(JsonElement json) =>
        new(json.GetProperty("length").GetInt64(), uint.Parse(json.GetProperty("crc32c").GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    private static (int Documents, Fingerprint File, string TakenAt) Write(IDisk disk, string path, Func<IAdminReply, byte[]> take)
    {
        using var file = disk.Create(path);
        var reply = new BackupReply(file);
        using var said = JsonDocument.Parse(take(reply));
        file.Sync();
        var root = said.RootElement;
        return (root.GetProperty("documents").GetInt32(), FileOf(root), root.GetProperty("takenAt").GetString() ?? "");
    }

    /// <summary>Reads the session file as jam and an engine do, and compares it to what it must be. No secret is needed for that, and encrypted data is not looked into.</summary>
    private void Verify(IDisk disk)
    {
        var reader = new DocumentCodec(null).NewReader();
        var read = SnapshotReader.Read(disk, SessionFile, reader);
        if (read.Fingerprint != File || read.Documents.Count != Documents)
        {
            throw new AdminRefusal(AdminRefusalKind.Damaged, $"{SessionFile} is not what the backup was to be: it has {read.Fingerprint.Length} bytes of {File.Length}, or others. Take the backup again.");
        }

        Mode = StoreMode.Of(reader.Counts);
    }

    private void WriteManifest(IDisk disk)
    {
        var manifest = System.IO.Path.Combine(Path, ManifestName);
        NewFile.Write(disk, manifest, AdminJson.Object(json =>
        {
            json.WriteNumber("backup", Version);
            json.WriteString("file", FileName);
            json.WriteNumber("documents", Documents);
            json.WriteNumber("length", File.Length);
            json.WriteString("crc32c", File.Crc.ToString("x8", CultureInfo.InvariantCulture));
            json.WriteString("takenAt", TakenAt);
        }));
    }

    private static void MakeEmpty(string path)
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{path} is not empty; a backup needs a folder of its own. Name another one.");
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private sealed class BackupReply(IDiskFile file) : IAdminReply
    {
        public void Item(ReadOnlySpan<byte> json)
        {
        }

        public void Progress(long done, long total)
        {
        }

        public Stream Bytes(int documents) => new FileStreamOver(file);
    }
}
