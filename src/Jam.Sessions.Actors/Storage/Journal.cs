using System.Buffers;

namespace Jam.Sessions.Actors.Storage;

/// <summary>The journal that is being written. After one failed write it takes no more: what the disk then holds is not known.</summary>
internal sealed class Journal : IDisposable
{
    // A line up to this length is from few callers, and they wait for the sync alone.
    private const int ShortLine = 4 << 10;

    private static readonly byte[] s_zeros = new byte[64 << 10];

    private readonly IDiskFile _file;
    private long _reserved;

    private Journal(string path, int number, IDiskFile file, long length)
    {
        Path = path;
        Number = number;
        _file = file;
        Length = length;
    }

    public string Path { get; }

    public int Number { get; }

    public long Length { get; private set; }

    /// <summary>Whether it takes more batches.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Creates the journal, durably and with its first line; behind it the last batch of the journal before, where there is doubt about it.</summary>
    public static Journal Create(IDisk disk, string path, int number, long firstBatch, Base @base, ReadOnlySpan<byte> lastBatch)
    {
        var header = new ArrayBufferWriter<byte>();
        JournalFormat.WriteHeader(header, firstBatch, repeats: !lastBatch.IsEmpty, @base);
        if (!lastBatch.IsEmpty)
        {
            JournalFormat.Repeat(header, lastBatch);
        }

        var file = disk.Create(path);
        try
        {
            file.Write(header.WrittenSpan, 0);
            file.Sync();
            disk.SyncDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        catch
        {
            file.Dispose();
            Remove(disk, path);
            throw;
        }

        return new Journal(path, number, file, header.WrittenCount);
    }

    /// <summary>Appends one line; it is durable when this returns.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        IsOpen = false;
        _file.Write(line, Length);
        Reserve(line.Length);
        _file.Sync();
        Length += line.Length;
        IsOpen = true;
    }

    /// <summary>The next journal may be on the disk from now on, even if its creation fails: batches that came after it here would be given up.</summary>
    public void End() => IsOpen = false;

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// Writes zeros behind a short line: the next ones replace them, and a sync of bytes that a file has already takes two thirds of the time of
    /// one that makes it longer. Readers take them for a torn end.
    /// </summary>
    private void Reserve(int lineLength)
    {
        var end = Length + lineLength;
        if (lineLength > ShortLine || end <= _reserved)
        {
            return;
        }

        try
        {
            _file.Write(s_zeros, end);
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            // The line itself was written; what does not fit behind it is not needed.
        }

        _reserved = end + s_zeros.Length;
    }

    /// <summary>A disk that stays full is tried again with every change, and must not fill up with what failed.</summary>
    private static void Remove(IDisk disk, string path)
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            // It holds nothing of its own; the next snapshot removes it.
        }
    }
}
