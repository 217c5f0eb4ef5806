using System.Globalization;
using System.Text;
using Jam.Sessions.Actors.Disk;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads one journal, line by line through one buffer. <see cref="JournalFormat"/> shows the lines.</summary>
/// <remarks>
/// A line is written only after the one before it was synced. So what is no line at the end is a torn write that nobody was told of, or was
/// left there by an older journal, and is left out; what is no line and has one behind it is damage, and is refused.
/// </remarks>
internal sealed class JournalReader
{
    private readonly string _path;
    private readonly IDiskFile _file;
    private readonly OnBatch? _onBatch;
    private JournalSummary? _summary;
    private long? _firstBad;

    private JournalReader(string path, IDiskFile file, OnBatch? onBatch)
    {
        _path = path;
        _file = file;
        _onBatch = onBatch;
    }

    /// <param name="batch">The batch's number.</param>
    /// <param name="changes">Scans what follows <c>"changes":</c>.</param>
    /// <param name="line">The bytes that it scans.</param>
    public delegate void OnBatch(long batch, ref JsonScanner changes, ReadOnlySpan<byte> line);

    /// <summary>Reads it and says what it holds; null where its creation was cut short, so that it holds nothing.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="file">Its file, which stays open.</param>
    /// <param name="onBatch">Gets every batch in turn.</param>
    /// <exception cref="SessionStoreCorruptException">A line in the middle is damaged, or the format is not one that this version knows.</exception>
    public static JournalSummary? Read(string path, IDiskFile file, OnBatch? onBatch = null)
    {
        var reader = new JournalReader(path, file, onBatch);
        reader.ReadAll();
        return reader._summary;
    }

    private void ReadAll()
    {
        var buffer = new byte[1 << 16];
        var (start, end, read) = (0, 0, 0L);
        while (true)
        {
            var lineLength = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (lineLength >= 0)
            {
                OnLine(buffer.AsSpan(start, lineLength), read - end + start);
                start += lineLength + 1;
                continue;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, buffer.Length * 2L));
            }

            var count = _file.Read(buffer.AsSpan(end), read);
            if (count == 0)
            {
                OnLine(buffer.AsSpan(..end), read - end);
                return;
            }

            end += count;
            read += count;
        }
    }

    /// <param name="bytes">What stands between two line feeds.</param>
    /// <param name="offset">Where.</param>
    private void OnLine(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var body = JournalFormat.Body(bytes, _summary?.Number ?? 0);
            if (_firstBad is { } bad && (!body.IsEmpty || (_summary is null && JournalFormat.EndsAsLine(bytes))))
            {
                throw Corrupt(bad, "an entry in the middle of the journal does not fit its checksum");
            }

            if (body.IsEmpty)
            {
                break;
            }

            OnBody(body, offset);
            var length = body.Length + JournalFormat.TailLength;
            if (length > bytes.Length)
            {
                return;
            }

            // Another byte stands in the place of its line feed.
            _firstBad = offset;
            bytes = bytes[length..];
            offset += length;
        }

        _firstBad ??= offset;
    }

    private void OnBody(ReadOnlySpan<byte> body, long offset)
    {
        var scanner = new JsonScanner(body);
        var members = Members(ref scanner, offset);
        if (_summary is null)
        {
            _summary = Header(members, offset);
        }
        else if (members.TryGetValue("batch", out var batch))
        {
            _summary.Batches++;
            try
            {
                _onBatch?.Invoke(batch, ref scanner, body);
            }
            catch (JsonDamage damage)
            {
                throw Corrupt(offset + damage.Offset, damage.Message);
            }
        }
        else
        {
            _summary.Bases.Add(BaseOf(members));
        }

        _summary.Length = offset + body.Length + JournalFormat.TailLength;
    }

    /// <summary>The numbers in front of a line's changes; the scanner stands before the changes, or at the line's end.</summary>
    private Dictionary<string, long> Members(ref JsonScanner scanner, long offset)
    {
        var members = new Dictionary<string, long>(4);
        try
        {
            scanner.Take((byte)'{');
            while (!scanner.AtEnd())
            {
                var name = JsonText.Decode(scanner.TakeString());
                scanner.Take((byte)':');
                if (name == "changes")
                {
                    break;
                }

                var isHex = scanner.Peek() == (byte)'"';
                var text = Encoding.ASCII.GetString(isHex ? scanner.TakeString() : scanner.TakeWholeNumber());
                members[name] = long.Parse(text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture);
                _ = scanner.AtEnd() || scanner.TryTake((byte)',');
            }
        }
        catch (Exception e) when (e is JsonDamage or FormatException or OverflowException)
        {
            throw Corrupt(offset, "a line that this version does not know");
        }

        return members;
    }

    private JournalSummary Header(Dictionary<string, long> members, long offset)
    {
        // Format 1 had no number.
        var number = members.GetValueOrDefault("number");
        if (!members.TryGetValue("journal", out var version) || version is < 1 or > JournalFormat.Version || number > int.MaxValue || (version > 1) != (number > 0))
        {
            throw Corrupt(offset, $"it does not begin as a journal of format {JournalFormat.Version} does; another version wrote it");
        }

        return members.GetValueOrDefault("first") is > 0 and var first
            ? new JournalSummary(_path, (int)number, first, members.ContainsKey("repeats"), BaseOf(members))
            : throw Corrupt(offset, "its first line does not say with which batch it begins");
    }

    private static SnapshotRef BaseOf(Dictionary<string, long> members) => new(
        members.GetValueOrDefault("covers"), new Fingerprint(members.GetValueOrDefault("length"), (uint)members.GetValueOrDefault("file")));

    private SessionStoreCorruptException Corrupt(long offset, string finding) => new(
        _path, offset, finding, "Restore the journal from a backup, or move it away to go on with what the JSON file holds.");
}

/// <summary>What a journal says of itself.</summary>
internal sealed class JournalSummary(string path, int number, long first, bool repeats, SnapshotRef @base)
{
    /// <summary>Its file.</summary>
    public string Path => path;

    /// <summary>What its checksums go on from.</summary>
    public int Number => number;

    /// <summary>The number of its first batch; batches from this number on in older journals were given up.</summary>
    public long First => first;

    /// <summary>Whether it was to begin with the last batch of the journal before.</summary>
    public bool Repeats => repeats;

    /// <summary>The JSON files that it may stand beside.</summary>
    public List<SnapshotRef> Bases { get; } = [@base];

    /// <summary>How many batches it holds.</summary>
    public int Batches { get; set; }

    /// <summary>The number of its last batch; where it holds none, the one before its first. A batch that it repeats is not one of its own.</summary>
    public long Last => First + Batches - 1 - (Repeats && Batches > 0 ? 1 : 0);

    /// <summary>How many bytes its lines take.</summary>
    public long Length { get; set; }
}
