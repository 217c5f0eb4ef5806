using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Output;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>Files that are there as a whole or not at all, and are their owner's alone from the first byte.</summary>
internal static class NewFile
{
    /// <summary>What a file's name ends with before it is complete.</summary>
    public const string UnfinishedEnding = ".part";

    public static void Write(IDisk disk, string path, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        Write(disk, path, stream =>
        {
            stream.Write(bytes);
            return true;
        });
    }

    /// <summary>Writes a file under another name, and gives it its own once it is complete and on the disk.</summary>
    /// <exception cref="AdminRefusal">There is one.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static T Write<T>(IDisk disk, string path, Func<Stream, T> write)
    {
        if (disk.Stamp(path) is not null)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{path} exists, and is not overwritten.");
        }
        var unfinished = $"{path}{UnfinishedEnding}";
        disk.Delete(unfinished);
        using var interruption = Interruption.Undoes(() => Discard(disk, unfinished));
        try
        {
            T result;
            using (var file = disk.Create(unfinished))
            {
                using var stream = new BufferedStream(new FileStreamOver(file), 1 << 16);
                result = write(stream);
                stream.Flush();
                file.Sync();
            }

            disk.Rename(unfinished, path);
            disk.SyncDirectory(Path.GetDirectoryName(path)!);
            return result;
        }
        catch
        {
            Discard(disk, unfinished);
            throw;
        }
    }

    /// <summary>Removes what was not finished, after a fault that is to be told.</summary>
    public static void Discard(IDisk disk, string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The fault that led here is told; whoever tries again finds it, and removes it or says so.
        }
    }
}

/// <summary>A file of the disk as a stream that is written from its beginning to its end.</summary>
internal sealed class FileStreamOver(IDiskFile file) : Stream
{
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        file.Write(buffer, _length);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
