using System.Collections.Concurrent;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What many idle sessions cost in memory, and what they cost each full collection.</summary>
/// <remarks>
/// Each of the engine's keys has had a command before, an update by the data that was there, and so an actor; then none for twice the time
/// after which a key loses it.
/// </remarks>
internal static class HeapProbe
{
    private const int SessionsPerKey = 2;
    private const int Callers = 256;

    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromSeconds(1);

    public static async Task<Figures> RunAsync(string store, int sessions)
    {
        var before = Heap.Collected();
        if (store == "cdict-utf8")
        {
            return Measure(Utf8Dictionary(sessions), sessions, before);
        }

        await using var peer = EnginePeer.Named(store, s_idleTimeout);
        var ids = await peer.PreloadAsync(SessionFile.Sessions(sessions, SessionsPerKey));
        await TouchKeysAsync(peer.Engine.Client, ids);
        RunSettings.Wait(s_idleTimeout * 2);
        return Measure(peer, sessions, before);
    }

    /// <param name="client">The engine's.</param>
    /// <param name="ids">Key by key.</param>
    private static Task TouchKeysAsync(IJamSessions client, IReadOnlyList<string> ids) => Parallel.ForAsync(
        0,
        ids.Count / SessionsPerKey,
        new ParallelOptions { MaxDegreeOfParallelism = Callers },
        async (key, _) =>
        {
            var id = ids[key * SessionsPerKey];
            await client.UpdateAsync(id, (await client.GetAsync(id))!.Data);
        });

    private static Figures Measure(object store, int sessions, long before)
    {
        var figures = new Figures
        {
            ["heap_b_session"] = (Heap.Collected() - before) / (double)sessions,
            ["full_gc_ms"] = Heap.FullCollectionMilliseconds(),
        };
        GC.KeepAlive(store);
        return figures;
    }

    /// <summary>The plain layout: two dictionaries, ids as the engine makes them, data as UTF-8.</summary>
    private static object Utf8Dictionary(int sessions)
    {
        var byId = new ConcurrentDictionary<string, Entry>(16, sessions);
        var byKey = new ConcurrentDictionary<string, string[]>(16, sessions / SessionsPerKey);
        foreach (var (key, data) in SessionFile.Sessions(sessions, SessionsPerKey))
        {
            var id = SessionIds.UuidV4();
            byId[id] = new Entry(key, data.Utf8, Created: 1, Touched: 1, Version: 1);
            byKey.AddOrUpdate(key, static (_, added) => [added], static (_, ids, added) => [.. ids, added], id);
        }

        return (byId, byKey);
    }

    private sealed record Entry(string Key, byte[] Data, long Created, long Touched, int Version);
}
