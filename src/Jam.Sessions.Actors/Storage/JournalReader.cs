using System.Globalization;
using System.Text;

namespace Jam.Sessions.Actors.Storage;

/// <summary>Reads one journal, line by line through one buffer. <see cref="JournalFormat"/> shows the lines.</summary>
/// <remarks>
/// A line is written only after the one before it was synced. So a bad line at the end is a torn write that nobody was told of, and is
/// left out; a bad line with a good one behind it is damage, and is refused.
/// </remarks>
internal sealed class JournalReader
{
    private readonly string _path;
    private readonly IDiskFile _file;

    private JournalReader(string path, IDiskFile file)
    {
        _path = path;
        _file = file;
    }

    /// <param name="batch">The batch's number.</param>
    /// <param name="changes">Scans what follows <c>"changes":</c>.</param>
    /// <param name="line">The bytes that it scans.</param>
    public delegate void OnBatch(long batch, ref JsonScanner changes, ReadOnlySpan<byte> line);

    /// <summary>What the journal says of itself; null where its creation was cut short, so that it holds nothing.</summary>
    /// <exception cref="SessionStoreCorruptException">A line in the middle is damaged, or the format is not this one.</exception>
    public static JournalSummary? Summarize(IDisk disk, string path)
    {
        JournalSummary? summary = null;
        Read(disk, path, (reader, offset, line) =>
        {
            var scanner = new JsonScanner(line);
            var members = reader.Members(ref scanner, offset);
            if (summary is null)
            {
                summary = reader.Header(members, path, offset);
            }
            else if (members.ContainsKey("batch"))
            {
                summary = summary with { Batches = summary.Batches + 1 };
            }
            else
            {
                summary.Bases.Add(BaseOf(members));
            }
        });
        return summary;
    }

    /// <summary>Hands over every batch in turn.</summary>
    public static void Replay(IDisk disk, string path, OnBatch onBatch) => Read(disk, path, (reader, offset, line) =>
    {
        var scanner = new JsonScanner(line);
        if (reader.Members(ref scanner, offset).TryGetValue("batch", out var batch))
        {
            try
            {
                onBatch(batch, ref scanner, line);
            }
            catch (JsonDamage damage)
            {
                throw reader.Corrupt(offset + damage.Offset, damage.Message);
            }
        }
    });

    private delegate void OnLine(JournalReader reader, long offset, ReadOnlySpan<byte> line);

    private static void Read(IDisk disk, string path, OnLine onLine)
    {
        using var file = disk.OpenRead(path) ?? throw new SessionStoreException(path, $"{path} vanished while it was being read.");
        new JournalReader(path, file).Read(onLine);
    }

    private void Read(OnLine onLine)
    {
        var buffer = new byte[1 << 16];
        var (start, end, read) = (0, 0, 0L);
        long? firstBad = null;
        while (true)
        {
            var lineEnd = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (lineEnd >= 0)
            {
                var offset = read - end + start;
                var whole = buffer.AsSpan(start, lineEnd);
                var line = JournalFormat.Checked(whole);
                start += lineEnd + 1;
                if (line.IsEmpty)
                {
                    firstBad ??= offset;
                }

                if (firstBad is { } bad && (!line.IsEmpty || JournalFormat.HasLostItsEnd(whole)))
                {
                    throw Corrupt(bad, "an entry in the middle of the journal does not fit its checksum");
                }

                if (firstBad is null)
                {
                    onLine(this, offset, line);
                }

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
                return;
            }

            end += count;
            read += count;
        }
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

    private JournalSummary Header(Dictionary<string, long> members, string path, long offset)
    {
        if (!members.TryGetValue("journal", out var version) || version != JournalFormat.Version)
        {
            throw Corrupt(offset, $"it does not begin as a journal of format {JournalFormat.Version} does; another version wrote it");
        }

        return members.GetValueOrDefault("first") is > 0 and var first
            ? new JournalSummary(path, first, members.ContainsKey("repeats"), [BaseOf(members)], 0)
            : throw Corrupt(offset, "its first line does not say with which batch it begins");
    }

    private static Base BaseOf(Dictionary<string, long> members) => new(
        members.GetValueOrDefault("covers"), new Fingerprint(members.GetValueOrDefault("length"), (uint)members.GetValueOrDefault("file")));

    private SessionStoreCorruptException Corrupt(long offset, string finding) => new(
        _path, offset, finding, "Restore the journal from a backup, or move it away to go on with what the JSON file holds.");
}

/// <summary>What a journal says of itself.</summary>
/// <param name="Path">Its file.</param>
/// <param name="First">The number of its first batch; batches from this number on in older journals were given up.</param>
/// <param name="Repeats">Whether it was to begin with the last batch of the journal before.</param>
/// <param name="Bases">The JSON files that it may stand beside.</param>
/// <param name="Batches">How many batches it holds.</param>
internal sealed record JournalSummary(string Path, long First, bool Repeats, List<Base> Bases, int Batches);
