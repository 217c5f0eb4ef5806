using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Storage;

/// <summary>The real disk.</summary>
internal sealed class PhysicalDisk : IDisk
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LinuxWouldBlock = 11;
    private const int BsdWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    // On Unix an exclusive share mode takes an advisory lock, which the kernel releases when the process ends, however it ends.
    private static readonly FileShare s_exclusive = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;

    public IDiskFile? OpenRead(string path)
    {
        try
        {
            return new PhysicalFile(new FileStream(path, Options(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (IsInUse(e))
        {
            throw new SessionStoreLockedException(path, "another process");
        }
    }

    public IDiskFile Create(string path) =>
        new PhysicalFile(new FileStream(path, Options(FileMode.CreateNew, FileAccess.ReadWrite, s_exclusive)));

    public IDiskFile Reopen(string path) =>
        new PhysicalFile(new FileStream(path, Options(FileMode.Open, FileAccess.ReadWrite, s_exclusive)));

    public IDisposable Lock(string path, string holder)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, s_exclusive));
        }
        catch (IOException e) when (IsInUse(e))
        {
            throw new SessionStoreLockedException(path, Posix.ReadText(path) ?? "another process");
        }

        try
        {
            file.SetLength(0);
            file.Write(Encoding.UTF8.GetBytes(holder));
            file.Flush();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Rename(string source, string target) => File.Move(source, target, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void SyncDirectory(string directory) => Posix.SyncDirectory(directory);

    public IReadOnlyList<string> List(string directory, string prefix) =>
        Directory.EnumerateFiles(directory).Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).ToList();

    public FileStamp? Stamp(string path) =>
        new FileInfo(path) is { Exists: true } file ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) : null;

    public void MakePrivate(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    private static bool IsInUse(IOException e) => e.HResult is LinuxWouldBlock or BsdWouldBlock or WindowsSharingViolation;

    private static FileStreamOptions Options(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    private sealed class PhysicalFile(FileStream stream) : IDiskFile
    {
        // A stream that is asked for its handle seeks, each time.
        private readonly SafeFileHandle _handle = stream.SafeFileHandle;

        public long Length => RandomAccess.GetLength(_handle);

        public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(_handle, buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            try
            {
                RandomAccess.Write(_handle, bytes, offset);
            }
            catch (ArgumentOutOfRangeException e)
            {
                // What .NET makes of EFBIG: a limit of the file system or of the process (ulimit -f), so a fault of the disk.
                throw new IOException($"The file may not grow to {offset + bytes.Length} bytes.", e);
            }
        }

        public void Cut(long length) => RandomAccess.SetLength(_handle, length);

        public void Sync() => RandomAccess.FlushToDisk(_handle);

        public void Dispose() => stream.Dispose();
    }
}
