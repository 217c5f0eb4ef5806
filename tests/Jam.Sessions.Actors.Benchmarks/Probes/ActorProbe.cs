using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What the actor of a key adds to its sessions while it lives.</summary>
internal static class ActorProbe
{
    private const int Callers = 256;
    private const int WarmUp = 1000;

    /// <summary>Replaces the data of one session of each key by equal data, so that nothing comes but the actors.</summary>
    public static async Task<Figures> RunAsync(int keys)
    {
        await using var peer = EnginePeer.Of(new JamSessionsOptions
        {
            Durability = Durability.Relaxed,
            KeyIdleTimeout = Timeout.InfiniteTimeSpan,
            SnapshotJournalBytes = long.MaxValue,
        });
        var ids = await peer.PreloadAsync(SessionFile.Sessions(keys, sessionsPerKey: 1));
        await UpdateAsync(peer, ids.Take(WarmUp));
        var before = Heap.Collected();
        await UpdateAsync(peer, ids.Skip(WarmUp));
        return new Figures { ["actor_bytes"] = (Heap.Collected() - before) / (double)(keys - WarmUp) };
    }

    private static Task UpdateAsync(EnginePeer peer, IEnumerable<string> ids) => Parallel.ForEachAsync(
        ids,
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (id, _) => await peer.UpdateAsync(id, Payload.Of(1, 1)));
}
