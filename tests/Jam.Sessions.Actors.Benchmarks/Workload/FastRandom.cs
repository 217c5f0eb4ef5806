namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>Random numbers for a few nanoseconds each (xorshift), the same ones for the same seed.</summary>
internal struct FastRandom(ulong seed)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15UL + 0x1234567;

    public uint Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return (uint)(_state >> 32);
    }

    public int Below(int limit) => (int)((Next() * (ulong)limit) >> 32);
}
