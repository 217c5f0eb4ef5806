using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>A snapshot of many sessions while 64 callers go on with the mix web: how much they notice of it.</summary>
/// <remarks>The pause before it is that of a time as long as the snapshot, as far as there is one: the warm-up belongs to it.</remarks>
internal static class SnapshotProbe
{
    private const int Callers = 64;

    public static async Task<Figures> RunAsync(string store, int sessions, RunSettings settings)
    {
        await using var peer = EnginePeer.Named(store);
        var run = new WorkloadRun(peer, Mix.Named("web"), Callers, sessions, settings);
        var ids = await run.PreloadAsync();
        Heap.Collected();
        using var reads = new ReadPauses(peer.Engine.Client, ids);
        run.Start();

        var start = (Used: ProcessSample.Now(), run.Operations);
        RunSettings.Wait(settings.Seconds);
        var middle = (Used: ProcessSample.Now(), run.Operations);
        await peer.Engine.Client.FlushAsync();
        var end = (Used: ProcessSample.Now(), run.Operations);
        await run.StopAsync();

        var (before, during) = (middle.Used - start.Used, end.Used - middle.Used);
        var (operationsBefore, operationsDuring) = (middle.Operations - start.Operations, end.Operations - middle.Operations);
        var expectedBytes = before.Allocated / (double)operationsBefore * operationsDuring;
        return new Figures
        {
            ["before_ops_s"] = operationsBefore / before.Seconds,
            ["during_ops_s"] = operationsDuring / during.Seconds,
            ["during_per_before"] = operationsDuring / during.Seconds / (operationsBefore / before.Seconds),
            ["snapshot_s"] = during.Seconds,
            ["read_pause_before_ms"] = reads.LongestMilliseconds(middle.Used.Timestamp - during.Timestamp, middle.Used.Timestamp),
            ["read_pause_ms"] = reads.LongestMilliseconds(middle.Used.Timestamp, end.Used.Timestamp),
            ["snapshot_mib"] = (during.Allocated - expectedBytes) / (1 << 20),
        };
    }
}
