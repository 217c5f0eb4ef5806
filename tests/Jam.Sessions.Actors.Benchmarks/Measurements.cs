using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Probes;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks;

/// <summary>Everything that can be measured, as the words that ask for it.</summary>
internal static class Measurements
{
    public static async Task<Figures> RunAsync(string[] words, RunSettings settings)
    {
        var start = ProcessSample.Now();
        var figures = await MeasureAsync(words, settings);
        figures.TryAdd("others_cpu", (ProcessSample.Now() - start).OthersCores());
        return figures;
    }

    private static async Task<Figures> MeasureAsync(string[] words, RunSettings settings)
    {
        switch (words)
        {
            case ["get", var store]:
                return await GetProbe.RunAsync(store, settings);
            case ["timed-get"]:
                return await LifetimeProbe.GetAsync();
            case ["list"]:
                return await LifetimeProbe.ListAsync();
            case ["sweep-none", var sessions]:
                return await LifetimeProbe.SweepNoneAsync(Number(sessions));
            case ["sweep-all", var sessions]:
                return await LifetimeProbe.SweepAllAsync(Number(sessions));
            case ["limited-create"]:
                return await LifetimeProbe.LimitedCreateAsync(settings);
            case ["listened", var what, var how]:
                return await ListenedProbe.RunAsync(what, how);
            case ["site", var kind]:
                return await SiteProbe.RunAsync(kind, settings);
            case ["ticket-bytes"]:
                return await TicketProbe.RunAsync();
            case ["append"]:
                return AppendProbe.Run(settings);
            case ["open", var how, var sessions]:
                return await OpenProbe.RunAsync(how, Number(sessions));
            case ["heap", var store, var sessions]:
                return await HeapProbe.RunAsync(store, Number(sessions));
            case ["snapshot", var store, var sessions]:
                return await SnapshotProbe.RunAsync(store, Number(sessions), settings);
            case ["written", var snapshotJournalBytes]:
                return await WrittenProbe.RunAsync(Number(snapshotJournalBytes), settings);
            case ["actors", var keys]:
                return await ActorProbe.RunAsync(Number(keys));
            case [var name, var mix, var callers, var preload] when Catalog.Has(name):
                await using (var peer = Catalog.Create(name, Number(preload)))
                {
                    return await new WorkloadRun(peer, Mix.Named(mix), Number(callers), Number(preload), settings).RunAsync();
                }

            default:
                throw new ArgumentException($"There is nothing to measure under {string.Join(' ', words)}.");
        }
    }

    private static int Number(string text) => int.Parse(text, null);
}
