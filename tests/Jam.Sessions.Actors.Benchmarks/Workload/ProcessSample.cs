using System.Diagnostics;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>What the process, and the machine around it, have used up to a moment.</summary>
internal readonly record struct ProcessSample(
    long Timestamp, TimeSpan Cpu, long Allocated, TimeSpan GcPause, int Collections, int FullCollections, double MachineCpuSeconds)
{
    public static ProcessSample Now()
    {
        using var process = Process.GetCurrentProcess();
        return new ProcessSample(
            Stopwatch.GetTimestamp(),
            process.TotalProcessorTime,
            GC.GetTotalAllocatedBytes(),
            GC.GetTotalPauseDuration(),
            GC.CollectionCount(0),
            GC.CollectionCount(2),
            MachineCpu());
    }

    public static ProcessSample operator -(ProcessSample end, ProcessSample start) => new(
        end.Timestamp - start.Timestamp,
        end.Cpu - start.Cpu,
        end.Allocated - start.Allocated,
        end.GcPause - start.GcPause,
        end.Collections - start.Collections,
        end.FullCollections - start.FullCollections,
        end.MachineCpuSeconds - start.MachineCpuSeconds);

    public double Seconds => Timestamp / (double)Stopwatch.Frequency;

    /// <summary>How many cores other processes kept busy.</summary>
    /// <param name="own">Seconds of those that are part of what is measured.</param>
    public double OthersCores(double own = 0) => Math.Max(0, MachineCpuSeconds - Cpu.TotalSeconds - own) / Seconds;

    /// <summary>Busy seconds of all cores; 0 where there is no <c>/proc/stat</c>.</summary>
    private static double MachineCpu()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        // cpu user nice system idle iowait irq softirq …, in hundredths of a second
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new[] { 1, 2, 3, 6, 7 }.Sum(i => double.Parse(fields[i], null)) / 100;
    }
}
