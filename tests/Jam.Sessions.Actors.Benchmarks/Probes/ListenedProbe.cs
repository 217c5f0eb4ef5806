using System.Collections.Concurrent;
using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What it costs to be listened to: one caller of one engine, in turns with OpenTelemetry's SDK and with nobody, so that what slows the machine slows both.</summary>
internal static class ListenedProbe
{
    private const int Sessions = 10_000;
    private const int Rounds = 80;

    /// <param name="what"><c>get</c>, <c>update</c> (relaxed) or <c>create</c> (durable).</param>
    /// <param name="how"><c>metered</c>, or <c>traced</c>: spans as well, all of them.</param>
    public static async Task<Figures> RunAsync(string what, string how)
    {
        await using var peer = EnginePeer.Named(what == "update" ? "engine-relaxed" : EnginePeer.Name);
        string[] ids = [.. await peer.PreloadAsync(SessionFile.Sessions(Sessions, sessionsPerKey: 2))];
        new Random(1).Shuffle(ids);
        var (client, next) = (peer.Engine.Client, 0);
        Func<Task<Sample>> run = what switch
        {
            "get" => () => Task.FromResult(Measured(100_000, () => client.GetAsync(ids[next++ % Sessions]).IsCompletedSuccessfully)),
            "update" => () => MeasuredAsync(5000, () => client.UpdateAsync(ids[next++ % Sessions], Payload.Of(next, 1).Data)),
            "create" => () => MeasuredAsync(200, () => client.CreateAsync(Population.NameOf(next++), SessionData.Empty)),
            _ => throw new ArgumentException($"There is no {what} to listen to."),
        };
        var (heard, unheard) = (new List<Sample>(), new List<Sample>());
        var dictionary = what == "get" ? await DictionaryAsync(client, ids) : null;
        var dictionarys = new List<Sample>();
        for (var round = 0; round < Rounds; round++)
        {
            unheard.Add(await run());
            using (new Listener(hearsMetrics: true, hearsSpans: how == "traced"))
            {
                heard.Add(await run());
            }

            if (dictionary is not null)
            {
                dictionarys.Add(Measured(100_000, () => dictionary.TryGetValue(ids[next++ % Sessions], out _)));
            }
        }

        var figures = new Figures
        {
            ["heard_us"] = Median(heard.Select(sample => sample.Microseconds)),
            ["heard_bytes"] = Median(heard.Select(sample => sample.Bytes)),
            ["heard_per_unheard"] = Median(heard.Zip(unheard, (with, without) => with.Microseconds / without.Microseconds)),
            ["more_bytes"] = Median(heard.Zip(unheard, (with, without) => with.Bytes - without.Bytes)),
        };
        if (dictionary is not null)
        {
            figures["dictionary_per_heard"] = Median(dictionarys.Zip(heard, (other, with) => other.Microseconds / with.Microseconds));
            figures["dictionary_per_unheard"] = Median(dictionarys.Zip(unheard, (other, without) => other.Microseconds / without.Microseconds));
        }

        return figures;
    }

    /// <summary>The same sessions by ids of its own, as the engine has them: a request's id is the very object of neither.</summary>
    private static async Task<ConcurrentDictionary<string, Session>> DictionaryAsync(IJamSessions client, string[] ids)
    {
        var dictionary = new ConcurrentDictionary<string, Session>();
        foreach (var id in ids)
        {
            dictionary[new string(id.AsSpan())] = (await client.GetAsync(id))!;
        }

        return dictionary;
    }

    /// <summary>Of rounds; the first quarter warms the code up.</summary>
    private static double Median(IEnumerable<double> values) => values.Skip(Rounds / 4).Order().ElementAt(Rounds * 3 / 8);

    private static Sample Measured(int calls, Func<bool> call)
    {
        var (before, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        for (var i = 0; i < calls; i++)
        {
            if (!call())
            {
                throw new InvalidOperationException("A session is gone.");
            }
        }

        return new Sample(Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls);
    }

    private static async Task<Sample> MeasuredAsync(int calls, Func<Task> call)
    {
        var (before, start) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        for (var i = 0; i < calls; i++)
        {
            await call();
        }

        var took = Stopwatch.GetElapsedTime(start);
        return new Sample(took.TotalMicroseconds / calls, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)calls);
    }

    private readonly record struct Sample(double Microseconds, double Bytes);
}
