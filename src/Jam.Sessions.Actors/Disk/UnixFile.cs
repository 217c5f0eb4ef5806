using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Disk;

/// <summary>An open file of a Unix system.</summary>
internal sealed class UnixFile(SafeFileHandle handle, string path) : IDiskFile
{
    public SafeFileHandle Handle => handle;

    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long offset) => RandomAccess.Read(handle, buffer, offset);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(handle, bytes, offset);
        }
        catch (ArgumentException e)
        {
            // What .NET makes of EFBIG, a limit of the file system or of the process (ulimit -f), and of EINVAL: faults of the disk.
            throw new IOException($"{path} cannot be written up to byte {offset + bytes.Length}.", e);
        }
    }

    public void Cut(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (ArgumentException e)
        {
            throw new IOException($"{path} cannot be cut to {length} bytes.", e);
        }
    }

    public void Sync()
    {
        if (Libc.Sync(handle) is not 0 and var error)
        {
            throw new SystemCallException("fdatasync", path, error);
        }
    }

    public void Dispose() => handle.Dispose();
}
