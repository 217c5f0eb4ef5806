using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Puts a backup in the place of a store that is not there: byte for byte, or without its sessions.</summary>
/// <remarks>Under the lock that an engine takes. The file gets its name once it is complete and on the disk, so a crash leaves all of it or nothing.</remarks>
internal static class Restorer
{
    /// <param name="disk">Where.</param>
    /// <param name="backup">The backup, which was read and is sound.</param>
    /// <param name="target">The session file that is to be.</param>
    /// <param name="endAll">Whether all sessions of the backup end; what is not a session stays.</param>
    /// <returns>How many documents the store has.</returns>
    /// <exception cref="AdminRefusal">There is a store.</exception>
    /// <exception cref="SessionStoreLockedException">And somebody has it.</exception>
    public static int Restore(IDisk disk, BackupFolder backup, string target, bool endAll)
    {
        using var @lock = Recovery.Lock(disk, target, StoreTarget.Holder);
        using var journals = LockedJournals.Take(disk, target);
        if (disk.Stamp(target) is not null || journals.LastNumber > 0)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"There is a store at {target}, and it is not overwritten. Move it and the files beside it away first.");
        }

        var unfinished = $"{target}.tmp";
        disk.Delete(unfinished);
        try
        {
            var count = endAll ? WriteWithoutSessions(disk, backup, unfinished) : WriteAll(disk, backup, unfinished);
            disk.Rename(unfinished, target);
            disk.SyncDirectory(Path.GetDirectoryName(target)!);
            return count;
        }
        catch
        {
            NewFile.Discard(disk, unfinished);
            throw;
        }
    }

    private static int WriteAll(IDisk disk, BackupFolder backup, string path)
    {
        using var source = disk.OpenRead(backup.SessionFile) ?? throw new IOException($"{backup.SessionFile} is gone.");
        using var file = disk.Create(path);
        using var output = new FileStreamOver(file);
        var written = FileBytes.Copy(source, output);
        file.Sync();
        return written == backup.File
            ? backup.Documents
            : throw new AdminRefusal(AdminRefusalKind.Damaged, $"{backup.SessionFile} changed while it was read. Nothing was restored.");
    }

    private static int WriteWithoutSessions(IDisk disk, BackupFolder backup, string path)
    {
        var codec = new DocumentCodec(null);
        var read = SnapshotReader.Read(disk, backup.SessionFile, codec.NewReader());
        var left = read.Documents.Where(document => document.IsOpaque).ToList();
        using var file = disk.Create(path);
        SnapshotWriter.Write(file, read.Head, left, read.Tail, codec, new Pace(static () => 0, TimeProvider.System));
        return left.Count;
    }
}
