using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>
/// A backup: a session file, and what it must be like. The second gets its name last, so a backup without it was never finished.
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
        var isNew = !Directory.Exists(path);
        MakeEmpty(disk, path);
        using var interruption = Interruption.Undoes(() => Discard(disk, path, isNew));
        try
        {
            var said = Write(disk, Unfinished(path, FileName), take);
            disk.SyncDirectory(path);
            var backup = new BackupFolder(path, said.Documents, said.File, said.TakenAt);
            backup.Verify(disk, Unfinished(path, FileName));
            backup.WriteManifest(disk, Unfinished(path, ManifestName));
            Finish(disk, path, FileName);
            Finish(disk, path, ManifestName);
            return backup;
        }
        catch
        {
            Discard(disk, path, isNew);
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
        backup.Verify(disk, backup.SessionFile);
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
    private void Verify(IDisk disk, string file)
    {
        var reader = new DocumentCodec(null).NewReader();
        var read = SnapshotReader.Read(disk, file, reader);
        if (read.Fingerprint != File || read.Documents.Count != Documents)
        {
            throw new AdminRefusal(AdminRefusalKind.Damaged, $"{file} is not what the backup was to be: it has {read.Fingerprint.Length} bytes of {File.Length}, or others. Take the backup again.");
        }

        Mode = StoreMode.Of(reader.Counts);
    }

    private void WriteManifest(IDisk disk, string path)
    {
        using var file = disk.Create(path);
        file.Write(AdminJson.Object(json =>
        {
            json.WriteNumber("backup", Version);
            json.WriteString("file", FileName);
            json.WriteNumber("documents", Documents);
            json.WriteNumber("length", File.Length);
            json.WriteString("crc32c", File.Crc.ToString("x8", CultureInfo.InvariantCulture));
            json.WriteString("takenAt", TakenAt);
        }), 0);
        file.Sync();
    }

    private static string Unfinished(string path, string name) => System.IO.Path.Combine(path, $"{name}{NewFile.UnfinishedEnding}");

    private static void Finish(IDisk disk, string path, string name)
    {
        disk.Rename(Unfinished(path, name), System.IO.Path.Combine(path, name));
        disk.SyncDirectory(path);
    }

    /// <summary>Makes the folder, or removes what is left in it of a backup that was interrupted. A session file is one of those only beside a manifest without its name: alone it may be a store.</summary>
    private static void MakeEmpty(IDisk disk, string path)
    {
        if (System.IO.File.Exists(path))
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{path} is a file; a backup needs a folder of its own. Name another one.");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Select(entry => System.IO.Path.GetFileName(entry)).ToHashSet(StringComparer.Ordinal) is { Count: > 0 } names)
        {
            if (!names.IsSubsetOf([$"{FileName}{NewFile.UnfinishedEnding}", $"{ManifestName}{NewFile.UnfinishedEnding}"]) && !names.SetEquals([FileName, $"{ManifestName}{NewFile.UnfinishedEnding}"]))
            {
                throw new AdminRefusal(AdminRefusalKind.Refused, $"{path} is not empty; a backup needs a folder of its own. Name another one.");
            }

            Discard(disk, path, isNew: false);
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

    /// <summary>Removes what is not finished. The manifest goes last: without it nobody knows a session file for a part of a backup.</summary>
    private static void Discard(IDisk disk, string path, bool isNew)
    {
        if (System.IO.File.Exists(System.IO.Path.Combine(path, ManifestName)))
        {
            return;
        }

        foreach (var file in (string[])[Unfinished(path, FileName), System.IO.Path.Combine(path, FileName), Unfinished(path, ManifestName)])
        {
            NewFile.Discard(disk, file);
        }

        if (isNew && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
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
