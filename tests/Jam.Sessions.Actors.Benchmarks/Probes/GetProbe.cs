using System.Collections.Concurrent;
using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>Nothing but gets of present sessions, on one thread: nanoseconds and bytes of each.</summary>
internal static class GetProbe
{
    private const int Sessions = 10_000;
    private const int Gets = 1_000_000;
    private const int MinRuns = 9;

    /// <summary>Of the engine's client, or of a <see cref="ConcurrentDictionary{TKey, TValue}"/> with the same sessions.</summary>
    public static async Task<Figures> RunAsync(string store, RunSettings settings)
    {
        await using var peer = EnginePeer.Named(store == "cdict" ? EnginePeer.Name : store);
        string[] ids = [.. await peer.PreloadAsync(SessionFile.Sessions(Sessions, sessionsPerKey: 2))];
        new Random(1).Shuffle(ids);
        var client = peer.Engine.Client;
        if (store != "cdict")
        {
            return Measure(ids, id => client.GetAsync(id).Result is not null, settings);
        }

        var sessions = new ConcurrentDictionary<string, Session>();
        foreach (var id in ids)
        {
            sessions[id] = (await client.GetAsync(id))!;
        }

        return Measure(ids, id => sessions.TryGetValue(id, out _), settings);
    }

    private static Figures Measure(string[] ids, Func<string, bool> get, RunSettings settings)
    {
        var runs = new List<double>();
        var allocated = 0L;
        var begun = Stopwatch.GetTimestamp();
        while (runs.Count < MinRuns || Stopwatch.GetElapsedTime(begun) < settings.Seconds)
        {
            var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
            for (var i = 0; i < Gets; i++)
            {
                if (!get(ids[i % Sessions]))
                {
                    throw new InvalidOperationException("A session is gone.");
                }
            }

            runs.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Gets);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The first third warms the code up; of the rest, the median.
        return new Figures
        {
            ["get_ns"] = runs.Skip(runs.Count / 3).Order().ElementAt(runs.Count / 3),
            ["get_bytes"] = allocated / (double)Gets,
        };
    }
}
