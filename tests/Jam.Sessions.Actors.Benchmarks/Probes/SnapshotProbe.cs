using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>A snapshot of many sessions while 64 callers go on with the mix web: how much they notice of it.</summary>
internal static class SnapshotProbe
{
    private const int Callers = 64;

    public static async Task<Figures> RunAsync(string store, int sessions, RunSettings settings)
    {
        await using var peer = EnginePeer.Named(store);
        var run = new WorkloadRun(peer, Mix.Named("web"), Callers, sessions, settings);
        await run.PreloadAsync();
        Heap.Collected();
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
            ["snapshot_mib"] = (during.Allocated - expectedBytes) / (1 << 20),
        };
    }
}
