namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>A file as programs see it, as the disk is sure to hold it, and the writes in between.</summary>
internal sealed class SimulatedFile
{
    private const int Sector = 512;

    private static long s_clock;

    // Without bytes: it was cut there.
    private readonly List<(int Offset, byte[]? Bytes)> _unsynced = [];
    private byte[] _seen = [];
    private byte[] _durable = [];

    /// <summary>Whether some handle has the lock.</summary>
    public bool IsLocked { get; set; }

    public int Length => _seen.Length;

    public long ModifiedTicks { get; private set; } = Interlocked.Increment(ref s_clock);

    public byte[] Content => _seen;

    public static SimulatedFile Holding(byte[] content) => new() { _seen = content, _durable = content };

    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(_seen.Length - offset, 0, buffer.Length);
        _seen.AsSpan((int)Math.Min(offset, _seen.Length), count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        _unsynced.Add(((int)offset, bytes.ToArray()));
        _seen = With(_seen, (int)offset, bytes);
        ModifiedTicks = Interlocked.Increment(ref s_clock);
    }

    public void Cut(int length)
    {
        _unsynced.Add((length, null));
        _seen = _seen[..length];
        ModifiedTicks = Interlocked.Increment(ref s_clock);
    }

    /// <summary>Only what was written since the last sync reaches the disk: pages that a failed sync dropped are clean, and stay lost.</summary>
    public void Sync()
    {
        foreach (var (offset, bytes) in _unsynced)
        {
            _durable = bytes is null ? _durable[..Math.Min(_durable.Length, offset)] : With(_durable, offset, bytes);
        }

        _unsynced.Clear();
    }

    /// <summary>What Linux does after an I/O error: some sectors were written, all pages count as clean, and programs go on reading them.</summary>
    public void SyncWithError(Random random)
    {
        _durable = Torn(random, keep: 0.5);
        _unsynced.Clear();
    }

    /// <summary>The same file after the end of the process: the kernel still has everything.</summary>
    public SimulatedFile Copy()
    {
        var copy = new SimulatedFile { _seen = _seen, _durable = _durable, ModifiedTicks = ModifiedTicks };
        copy._unsynced.AddRange(_unsynced);
        return copy;
    }

    /// <summary>One of the files that a power loss may leave.</summary>
    /// <param name="random">Draws the outcome.</param>
    /// <param name="keep">How likely a sector, or a length, that was not synced is on the disk all the same.</param>
    public SimulatedFile AfterPowerLoss(Random random, double keep) => Holding(_unsynced.Count == 0 ? _durable : Torn(random, keep));

    private byte[] Torn(Random random, double keep)
    {
        var content = new byte[LengthAfterLoss(random, keep)];
        _durable.AsSpan(0, Math.Min(_durable.Length, content.Length)).CopyTo(content);
        for (var start = 0; start < content.Length; start += Sector)
        {
            foreach (var (offset, written) in _unsynced)
            {
                var bytes = written ?? [];
                var from = Math.Max(start, offset);
                var to = Math.Min(Math.Min(start + Sector, offset + bytes.Length), content.Length);
                if (from >= to)
                {
                    continue;
                }

                if (random.NextDouble() >= keep)
                {
                    break;
                }

                bytes.AsSpan(from - offset, to - from).CopyTo(content.AsSpan(from));
            }
        }

        return content;
    }

    private int LengthAfterLoss(Random random, double keep)
    {
        var (shortest, longest) = (_durable.Length, _seen.Length);
        return random.NextDouble() < keep ? longest
            : longest > shortest && random.Next(3) == 0 ? Math.Min(longest, ((random.Next(shortest, longest) / Sector) + 1) * Sector)
            : shortest;
    }

    private static byte[] With(byte[] content, int offset, ReadOnlySpan<byte> bytes)
    {
        var result = new byte[Math.Max(content.Length, offset + bytes.Length)];
        content.CopyTo(result, 0);
        bytes.CopyTo(result.AsSpan(offset));
        return result;
    }
}
