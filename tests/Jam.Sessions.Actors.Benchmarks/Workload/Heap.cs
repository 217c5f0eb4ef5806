using System.Diagnostics;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>The managed heap, after a collection of everything.</summary>
internal static class Heap
{
    public static long Collected()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>How long a blocking collection of everything takes: the median of five.</summary>
    public static double FullCollectionMilliseconds() => Enumerable.Range(0, 5)
        .Select(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: false);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        })
        .Order()
        .ElementAt(2);
}
