using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>Bytes handed to the disk, journal and snapshots together, for each byte of data that updates replace.</summary>
internal static class WrittenProbe
{
    private const int Sessions = 10_000;
    private const int Updates = 200_000;
    private const int Callers = 64;

    /// <param name="snapshotJournalBytes">The option; the smaller it is, the more snapshots.</param>
    public static async Task<Figures> RunAsync(long snapshotJournalBytes, RunSettings settings)
    {
        await using var peer = EnginePeer.Of(new JamSessionsOptions { SnapshotJournalBytes = snapshotJournalBytes });
        var run = new WorkloadRun(peer, Mix.Named("update"), Callers, Sessions, settings);
        await run.PreloadAsync();
        run.Start();
        var (bytes, operations) = (Written(), run.Operations);
        while (run.Operations - operations < Updates)
        {
            RunSettings.Wait(TimeSpan.FromMilliseconds(10));
        }

        var perByte = (Written() - bytes) / ((run.Operations - operations) * (double)Payload.Length);
        await run.StopAsync();
        return new Figures { ["written_per_changed"] = perByte };
    }

    /// <summary>What the process has passed to <c>write</c> so far.</summary>
    private static long Written()
    {
        const string Counter = "wchar: ";
        const string Path = "/proc/self/io";
        return OperatingSystem.IsLinux()
            ? long.Parse(File.ReadLines(Path).First(line => line.StartsWith(Counter, StringComparison.Ordinal)).AsSpan(Counter.Length), null)
            : throw new PeerMissingException($"there is no {Path}");
    }
}
