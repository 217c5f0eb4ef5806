using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>One line after the other appended to a file and synced: what the disk takes for a change, whoever makes it.</summary>
internal static class AppendProbe
{
    // About what a journal holds of a session with 300 bytes of data.
    private const int LineLength = 480;

    public static Figures Run(RunSettings settings)
    {
        using var scratch = new Scratch();
        using var file = File.OpenHandle(scratch["journal"], FileMode.CreateNew, FileAccess.Write);
        var line = new byte[LineLength];
        line.AsSpan().Fill((byte)'x');
        var latencies = new Latencies();
        var begun = Stopwatch.GetTimestamp();
        for (var position = 0L; Stopwatch.GetElapsedTime(begun) < settings.WarmUp + settings.Seconds; position += LineLength)
        {
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, line, position);
            RandomAccess.FlushToDisk(file);
            if (Stopwatch.GetElapsedTime(begun) > settings.WarmUp)
            {
                latencies.Add(Stopwatch.GetTimestamp() - start);
            }
        }

        return new Figures().With("write", latencies);
    }
}
