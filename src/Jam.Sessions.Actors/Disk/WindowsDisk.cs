using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Disk;

/// <summary>The disk of Windows. A file that is not shared for writing is locked by its handle; directories need no sync.</summary>
internal sealed partial class WindowsDisk : IDisk
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const uint ReplaceExisting = 1, WriteThrough = 8;

    public IDiskFile? OpenRead(string path) => TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public IDiskFile Create(string path) => TryOpen(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read)!;

    public IDiskFile? Open(string path) => TryOpen(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

    public IDisposable Lock(string path, string holder)
    {
        var file = TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read)!;
        try
        {
            file.Cut(0);
            file.Write(Encoding.UTF8.GetBytes(holder), 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <remarks>Without MOVEFILE_COPY_ALLOWED, which <see cref="File.Move(string, string, bool)"/> sets: a copy is not one step.</remarks>
    public void Rename(string source, string target) => Require(MoveFile(source, target, ReplaceExisting | WriteThrough), "MoveFileEx", target);

    public void Delete(string path) => File.Delete(path);

    public void SyncDirectory(string directory)
    {
    }

    public IReadOnlyList<string> List(string directory, string prefix) =>
        Directory.EnumerateFileSystemEntries(directory).Where(path => Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal)).ToList();

    public FileStamp? Stamp(string path)
    {
        using var file = TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file is null ? null : new FileStamp(file.Length, File.GetLastWriteTimeUtc(file.Handle).Ticks);
    }

    public void RequireReplaceable(string path)
    {
    }

    public void MakePrivate(string path)
    {
    }

    private static WindowsFile? TryOpen(string path, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new WindowsFile(File.OpenHandle(path, mode, access, share), path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (e.HResult == SharingViolation)
        {
            throw new SessionStoreLockedException(path, HolderOf(path));
        }
    }

    /// <summary>What the holder of a lock wrote into its file.</summary>
    private static string HolderOf(string path)
    {
        const string unknown = "another process";
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[512];
            var text = Encoding.UTF8.GetString(buffer, 0, RandomAccess.Read(file, buffer, 0)).Trim();
            return path.EndsWith(".lock", StringComparison.Ordinal) && text.Length > 0 ? text : unknown;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return unknown;
        }
    }

    private static void Require(bool isDone, string call, string path)
    {
        if (!isDone)
        {
            throw new SystemCallException(call, path, Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFile(string source, string target, uint flags);

    [LibraryImport("kernel32", EntryPoint = "FlushFileBuffers", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Flush(SafeFileHandle file);

    private sealed class WindowsFile(SafeFileHandle handle, string path) : IDiskFile
    {
        public SafeFileHandle Handle => handle;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(handle, buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void Cut(long length) => RandomAccess.SetLength(handle, length);

        public void Sync() => Require(Flush(handle), "FlushFileBuffers", path);

        public void Dispose() => handle.Dispose();
    }
}
