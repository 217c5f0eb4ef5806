using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Disk;

/// <summary>The disk of Linux and macOS, by exact system calls. What this file system cannot do is told apart from what failed.</summary>
/// <param name="allowUnlocked">Whether to go on where the file system gives no locks.</param>
/// <param name="warn">Hears, once for each kind, of what this file system cannot do.</param>
internal sealed class UnixDisk(bool allowUnlocked, Action<string> warn) : IDisk
{
    private readonly HashSet<string> _warned = [];
    private (string Path, SafeFileHandle Handle)? _directory;

    public IDiskFile? OpenRead(string path) => OpenRegular(path, OpenFlags.Read);

    public IDiskFile Create(string path)
    {
        var file = Libc.TryOpen(path, OpenFlags.Write | OpenFlags.Create | OpenFlags.MustNotExist | OpenFlags.NoFollow, out var error)
            ?? throw new SystemCallException("open", path, error);
        try
        {
            TakeLock(file, path);
            return new UnixFile(file, path);
        }
        catch
        {
            Delete(path);
            file.Dispose();
            throw;
        }
    }

    public IDiskFile? Open(string path)
    {
        var file = OpenRegular(path, OpenFlags.Write | OpenFlags.NoFollow);
        try
        {
            if (file is not null)
            {
                TakeLock(file.Handle, path);
            }

            return file;
        }
        catch
        {
            file!.Dispose();
            throw;
        }
    }

    /// <remarks>While a handle waits here, somebody may remove the lock file; then the lock is on a file without a name, and is no lock.</remarks>
    public IDisposable Lock(string path, string holder)
    {
        while (true)
        {
            var file = OpenRegular(path, OpenFlags.Write | OpenFlags.Create | OpenFlags.NoFollow)!;
            try
            {
                TakeLock(file.Handle, path);
                if (FileStatus.Of(path, follow: false) is { } named && named.IsSameFileAs(FileStatus.Of(file.Handle, path)))
                {
                    MakePrivate(file.Handle, path);
                    file.Cut(0);
                    file.Write(Encoding.UTF8.GetBytes(holder), 0);
                    return new HeldLock(this, file);
                }
            }
            catch
            {
                file.Dispose();
                throw;
            }

            file.Dispose();
        }
    }

    public void Rename(string source, string target) => Require(Libc.Rename(source, target), "rename", target);

    public void Delete(string path)
    {
        if (Libc.Unlink(path) is var error && error != Errno.NoSuchFile)
        {
            Require(error, "unlink", path);
        }
    }

    /// <remarks>The directory stays open while its lock is held: a process without free handles can still make durable what it has written.</remarks>
    public void SyncDirectory(string directory)
    {
        if (_directory is { } held && held.Path == directory)
        {
            Sync(held.Handle, directory);
            return;
        }

        using var handle = OpenDirectory(directory);
        Sync(handle, directory);
    }

    public IReadOnlyList<string> List(string directory, string prefix) =>
        Directory.EnumerateFileSystemEntries(directory).Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).ToList();

    public FileStamp? Stamp(string path) =>
        FileStatus.Of(path, follow: true) is { } status ? new FileStamp(status.Length, status.Modified, status.Inode) : null;

    /// <remarks>
    /// rmdir(2) of a file never removes it, and answers "not a directory" only where the directory allows it to be removed or replaced; a sticky
    /// directory, an immutable file or a read-only mount answers what a rename would.
    /// </remarks>
    public void RequireReplaceable(string path)
    {
        if (FileStatus.Of(path, follow: false) is { IsMountPoint: true })
        {
            throw new IOException($"{path} is a mount point of its own, so no snapshot can ever take its place. Mount its directory instead.");
        }

        if (Libc.RemoveDirectory(path) is var error and (Errno.NotPermitted or Errno.AccessDenied or Errno.ReadOnlyFileSystem or Errno.Busy))
        {
            throw new IOException(
                $"{path} cannot be replaced by a snapshot ({new SystemCallException("rename", path, error).Message}). Its directory must let this user replace it.");
        }
    }

    public void MakePrivate(string path)
    {
        using var file = OpenRegular(path, OpenFlags.Read);
        if (file is not null)
        {
            MakePrivate(file.Handle, path);
        }
    }

    private static UnixFile? OpenRegular(string path, OpenFlags flags)
    {
        var known = FileStatus.Of(path, follow: !flags.HasFlag(OpenFlags.NoFollow));
        if (known is { IsRegular: false })
        {
            throw NotRegular(path, known.Value);
        }

        var handle = Libc.TryOpen(path, flags, out var error);
        if (handle is null)
        {
            return error == Errno.NoSuchFile && !flags.HasFlag(OpenFlags.Create) ? null : throw new SystemCallException("open", path, error);
        }

        try
        {
            var opened = FileStatus.Of(handle, path);
            return opened.IsRegular ? new UnixFile(handle, path) : throw NotRegular(path, opened);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static IOException NotRegular(string path, FileStatus status) =>
        new($"{path} is {status.Kind}, and must be a regular file. It was left alone; name another file, or remove it.");

    private void TakeLock(SafeFileHandle file, string path)
    {
        var error = Libc.Lock(file);
        if (error == Errno.WouldBlock)
        {
            throw new SessionStoreLockedException(path, HolderOf(path));
        }

        if (!Errno.IsWithoutLocks(error))
        {
            Require(error, "flock", path);
            return;
        }

        var finding = new SystemCallException("flock", path, error).Message;
        if (!allowUnlocked)
        {
            throw new SessionStoreException(
                path,
                $"This file system gives no locks ({finding}), so a second process could open the same file unnoticed. Put it on a file system that does; "
                + "or, where surely no other process ever opens it, set allow-unlocked = on.");
        }

        WarnOnce("locks", $"{finding}. allow-unlocked is on: nothing keeps a second process from opening the same file, and then changes are lost");
    }

    /// <summary>What the holder of a lock wrote into its file.</summary>
    private static string HolderOf(string path)
    {
        const string unknown = "another process";
        try
        {
            using var file = OpenRegular(path, OpenFlags.NoFollow);
            var buffer = new byte[512];
            var text = Encoding.UTF8.GetString(buffer, 0, file?.Read(buffer, 0) ?? 0).Trim();
            return path.EndsWith(".lock", StringComparison.Ordinal) && text.Length > 0 ? text : unknown;
        }
        catch (IOException)
        {
            return unknown;
        }
    }

    private void MakePrivate(SafeFileHandle file, string path)
    {
        if (FileStatus.Of(file, path) is not { IsPrivate: false } status)
        {
            return;
        }

        var error = Libc.SetMode(file, FileStatus.OwnerOnly);
        if (error is Errno.NotPermitted or Errno.ReadOnlyFileSystem || Errno.IsUnsupported(error))
        {
            WarnOnce(
                $"mode of {path}",
                $"{path} has mode {status.OctalRights}, so others may read it, and it cannot be set to 0600 ({new SystemCallException("fchmod", path, error).Message}); it belongs to user {status.Owner}");
            return;
        }

        Require(error, "fchmod", path);
    }

    private void Sync(SafeFileHandle handle, string directory)
    {
        var error = Libc.SyncAll(handle);
        if (error == Errno.BadDescriptor || Errno.IsUnsupported(error))
        {
            WarnOnce("directory", $"{new SystemCallException("fsync", directory, error).Message}. This file system cannot sync a directory: a snapshot's rename may not survive a power loss");
            return;
        }

        Require(error, "fsync", directory);
    }

    private static SafeFileHandle OpenDirectory(string directory) =>
        Libc.TryOpen(directory, OpenFlags.Read, out var error) ?? throw new SystemCallException("open", directory, error);

    private static void Require(int error, string call, string path)
    {
        if (error != 0)
        {
            throw new SystemCallException(call, path, error);
        }
    }

    private void WarnOnce(string kind, string warning)
    {
        lock (_warned)
        {
            if (!_warned.Add(kind))
            {
                return;
            }
        }

        warn(warning);
    }

    private sealed class HeldLock : IDisposable
    {
        private readonly UnixDisk _disk;
        private readonly UnixFile _file;

        public HeldLock(UnixDisk disk, UnixFile file)
        {
            (_disk, _file) = (disk, file);
            var directory = Path.GetDirectoryName(file.Path)!;
            disk._directory = (directory, OpenDirectory(directory));
        }

        public void Dispose()
        {
            _disk._directory?.Handle.Dispose();
            _disk._directory = null;
            _file.Dispose();
        }
    }
}
