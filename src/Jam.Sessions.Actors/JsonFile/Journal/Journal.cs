using System.Buffers;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The journal that is being written. After one failed write it takes no more: what the disk then holds is not known.</summary>
/// <remarks>
/// A sync of bytes that a file has already takes two thirds of the time of one that makes it longer. So a journal begins, where it can, in the
/// file of one that the JSON file holds completely (the spare), and where that ends, it writes zeros ahead.
/// </remarks>
internal sealed class Journal : IDisposable
{
    // Longer lines are from very many callers, or from relaxed durability where nobody waits: there the bytes take the time.
    private const int LongestThatReserves = 64 << 10;

    private const int LeastReserve = 64 << 10;

    private static readonly byte[] s_zeros = new byte[1 << 20];

    private readonly IDiskFile _file;
    private long _fileLength;

    private Journal(int number, IDiskFile file, int length, bool isInSpare)
    {
        Number = number;
        _file = file;
        Length = length;
        IsInSpare = isInSpare;
        _fileLength = file.Length;
    }

    public int Number { get; }

    /// <summary>Whether its file was another journal's before, and may hold lines of that one still.</summary>
    public bool IsInSpare { get; }

    /// <summary>How many bytes its lines take; its file may be longer.</summary>
    public long Length { get; private set; }

    /// <summary>Whether it takes more lines.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>Begins the journal, durably and with its first line; behind it the last batch of the journal before, where there is doubt about it.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The file that it is to be.</param>
    /// <param name="spare">A file that may be used for it; null where one is to be created. It is gone afterwards, whatever happens.</param>
    /// <param name="number">Its number.</param>
    /// <param name="firstBatch">The number of its first batch.</param>
    /// <param name="base">The JSON file that it stands beside.</param>
    /// <param name="lastBatch">The batch to repeat; empty where there is none.</param>
    /// <param name="former">The journal in use. It ends here, and not before the next one may be on the disk: where this fails earlier, it goes on.</param>
    public static Journal Begin(
        IDisk disk, string path, string? spare, int number, long firstBatch, SnapshotRef @base, ReadOnlySpan<byte> lastBatch, Journal? former)
    {
        var lines = new ArrayBufferWriter<byte>();
        JournalFormat.WriteHeader(lines, number, firstBatch, repeats: !lastBatch.IsEmpty, @base);
        if (!lastBatch.IsEmpty)
        {
            JournalFormat.WriteLine(lines, lastBatch, number);
        }

        var file = spare is null ? Create(disk, path, lines.WrittenSpan, former) : Reuse(disk, path, spare, lines.WrittenSpan, former);
        return new Journal(number, file, lines.WrittenCount, isInSpare: spare is not null);
    }

    /// <summary>Appends one line; it is durable when this returns.</summary>
    /// <param name="body">What its checksum will cover.</param>
    public void Append(ReadOnlySpan<byte> body)
    {
        IsOpen = false;
        Span<byte> tail = stackalloc byte[JournalFormat.TailLength];
        JournalFormat.WriteTail(tail, body, Number);
        _file.Write(body, Length);
        _file.Write(tail, Length + body.Length);
        var end = Length + body.Length + tail.Length;
        Reserve(end, body.Length);
        _file.Sync();
        (Length, IsOpen) = (end, true);
    }

    /// <summary>The next journal may be on the disk from now on, even if its creation fails: batches that came after it here would be given up.</summary>
    private void End() => IsOpen = false;

    /// <summary>Leaves its lines alone in its file, and nothing of journals that the file had before; false where the disk refuses.</summary>
    public bool TryCut()
    {
        try
        {
            _file.Cut(Length);
            return true;
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            return false;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <remarks>
    /// A file without a whole first line is no journal to anybody, so the former one goes on where not even that could be written. What fails is
    /// removed, for this very call created it; a name that somebody else has is left alone.
    /// </remarks>
    private static IDiskFile Create(IDisk disk, string path, ReadOnlySpan<byte> lines, Journal? former)
    {
        var file = disk.Create(path);
        try
        {
            file.Write(lines, 0);
            former?.End();
            file.Sync();
            disk.SyncDirectory(Path.GetDirectoryName(path)!);
            return file;
        }
        catch
        {
            file.Dispose();
            Remove(disk, path);
            throw;
        }
    }

    /// <remarks>The name that the spare had as a journal must be gone before its content is, and its new content must be there before its new name.</remarks>
    private static IDiskFile Reuse(IDisk disk, string path, string spare, ReadOnlySpan<byte> lines, Journal? former)
    {
        var directory = Path.GetDirectoryName(path)!;
        var isRenamed = false;
        try
        {
            disk.SyncDirectory(directory);
            using (var file = OpenSpare(disk, spare))
            {
                file.Write(lines, 0);
                file.Sync();
            }

            former?.End();
            isRenamed = true;
            disk.Rename(spare, path);
            disk.SyncDirectory(directory);
            return OpenSpare(disk, path);
        }
        catch
        {
            Remove(disk, spare);
            if (isRenamed)
            {
                Remove(disk, path);
            }

            throw;
        }
    }

    private static IDiskFile OpenSpare(IDisk disk, string path) => disk.Open(path) ?? throw new FileNotFoundException($"{path} has vanished.");

    /// <summary>Writes zeros behind a line, for the next ones of its kind. Readers take them for a torn end.</summary>
    private void Reserve(long end, int lineLength)
    {
        if (lineLength > LongestThatReserves || end <= _fileLength)
        {
            return;
        }

        var zeros = s_zeros.AsSpan(..Math.Clamp(32 * lineLength, LeastReserve, s_zeros.Length));
        try
        {
            _file.Write(zeros, end);
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            // The line itself was written; what does not fit behind it is not needed.
        }

        _fileLength = end + zeros.Length;
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
