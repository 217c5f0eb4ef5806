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
        for (var end = Stopwatch.GetTimestamp() + settings.Seconds.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond);
            runs.Count < 9 || Stopwatch.GetTimestamp() < end;)
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

        return new Figures { ["get_ns"] = runs.Skip(runs.Count / 3).Order().ElementAt(runs.Count / 3), ["get_bytes"] = Math.Round(allocated / (double)Gets, 2) };
    }
}
