using System.Numerics;

namespace Jam.Sessions.Actors.Index;

/// <summary>Why the sessions that ended last are gone, by hashes of their ids. Any thread may use it.</summary>
/// <remarks>
/// <code>
/// set 17:  [ newest … oldest ]     8 numbers, one cache line: 60 bits of the hash and 4 of the reason; a new one drives the oldest out
/// </code>
/// So it takes the same memory whatever happens, and a set that many ends share forgets earlier than others.
/// </remarks>
internal sealed class RecentEnds
{
    private const int SetSize = 8;
    private const int Locks = 64;
    private const ulong ReasonMask = 0xF;

    private readonly int _sets;
    private readonly Lock[] _locks;
    private ulong[]? _entries;

    /// <param name="capacity">About how many ends are remembered; 0: none.</param>
    public RecentEnds(int capacity)
    {
        _sets = capacity == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity / SetSize, 1));
        _locks = [.. Enumerable.Range(0, capacity == 0 ? 0 : Locks).Select(_ => new Lock())];
    }

    public void Add(string id, SessionEndReason why)
    {
        if (_sets == 0 || why == SessionEndReason.Unknown)
        {
            return;
        }

        // Made with the first end: most tests, and some stores, never have one.
        var entries = _entries ?? Interlocked.CompareExchange(ref _entries, new ulong[_sets * SetSize], null) ?? _entries;
        var hash = SessionIds.LongHashOf(id);
        var set = SetOf(entries, hash);
        lock (LockOf(hash))
        {
            set[..^1].CopyTo(set[1..]);
            set[0] = (hash & ~ReasonMask) | (ulong)why;
        }
    }

    public SessionEndReason Find(ReadOnlySpan<char> id)
    {
        if (_entries is not { } entries)
        {
            return SessionEndReason.Unknown;
        }

        var hash = SessionIds.LongHashOf(id);
        lock (LockOf(hash))
        {
            foreach (var entry in SetOf(entries, hash))
            {
                if (entry != 0 && (entry & ~ReasonMask) == (hash & ~ReasonMask))
                {
                    return (SessionEndReason)(entry & ReasonMask);
                }
            }
        }

        return SessionEndReason.Unknown;
    }

    // The low bits of the hash are not part of an entry; its high bits name the set.
    private Span<ulong> SetOf(ulong[] entries, ulong hash) => entries.AsSpan((int)((hash >> 32) & (ulong)(_sets - 1)) * SetSize, SetSize);

    private Lock LockOf(ulong hash) => _locks[(hash >> 32) & (Locks - 1)];
}
