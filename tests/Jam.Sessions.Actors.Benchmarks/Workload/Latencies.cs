using System.Diagnostics;
using System.Numerics;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>How many operations took how long, in 32 steps a doubling (3 % wide).</summary>
internal sealed class Latencies
{
    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;

    private readonly long[] _counts = new long[64 * Steps];
    private long _count;

    public void Add(long ticks)
    {
        var exponent = BitOperations.Log2((ulong)ticks | 1);
        var at = exponent < StepBits
            ? (int)ticks
            : (exponent - StepBits + 1) * Steps + (int)((ticks >> (exponent - StepBits)) & (Steps - 1));
        _counts[at]++;
        _count++;
    }

    public void Add(Latencies others)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }

        _count += others._count;
    }

    /// <summary>The time within which this share of the operations was done; 0 where there were none.</summary>
    public double Microseconds(double share)
    {
        var wanted = (long)Math.Ceiling(share * _count);
        var seen = 0L;
        for (var i = 0; i < _counts.Length && _count > 0; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return MiddleOf(i) * 1e6 / Stopwatch.Frequency;
            }
        }

        return 0;
    }

    private static double MiddleOf(int at)
    {
        var (doubling, step) = Math.DivRem(at, Steps);
        return doubling == 0 ? at : Math.ScaleB(1 + (step + 0.5) / Steps, doubling + StepBits - 1);
    }
}
