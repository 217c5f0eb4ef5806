using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>What lifetimes, lists and sweeps cost.</summary>
internal static class LifetimeProbe
{
    private const int SessionsPerKey = 2;
    private const int Calls = 200_000;
    private const int Rounds = 9;

    /// <summary>What a get of a session with an idle timeout takes more than one without, less a look at the clock: nanoseconds, the median of rounds in turns.</summary>
    /// <remarks>Of few sessions, which the processor has at hand: to read the clock it waits for all that it has begun, so gets that miss its caches one after the other cost more.</remarks>
    public static async Task<Figures> GetAsync()
    {
        await using var timed = EnginePeer.Named("engine-timed");
        await using var plain = EnginePeer.Named(EnginePeer.Name);
        var (gets, others) = (await GetsOfAsync(timed), await GetsOfAsync(plain));
        var (more, clock) = (new List<double>(), Fastest(() => TimeProvider.System.GetUtcNow().UtcTicks));
        var allocated = 0L;
        for (var round = 0; round < 3 * Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var with = Once(gets);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            more.Add(with - Once(others));
        }

        // The first third warms the code up.
        return new Figures
        {
            ["more_ns"] = Median(more[Rounds..]) - clock,
            ["clock_ns"] = clock,
            ["get_bytes"] = allocated / (double)Calls,
        };

        static async Task<Func<long>> GetsOfAsync(EnginePeer peer)
        {
            string[] ids = [.. await peer.PreloadAsync(SessionFile.Sessions(100, SessionsPerKey))];
            new Random(1).Shuffle(ids);
            var (client, next) = (peer.Engine.Client, 0);
            return () => client.GetAsync(ids[next++ % ids.Length]).GetAwaiter().GetResult() is null ? throw new InvalidOperationException("A session is gone.") : 1;
        }
    }

    /// <summary>A list of ten sessions: microseconds.</summary>
    public static async Task<Figures> ListAsync()
    {
        await using var peer = EnginePeer.Named("engine-timed");
        await peer.PreloadAsync(SessionFile.Sessions(10_000, sessionsPerKey: 10));
        var keys = Enumerable.Range(0, 1000).Select(Population.NameOf).ToArray();
        var next = 0;
        var nanoseconds = Fastest(() => peer.Engine.Client.ListAsync(keys[next++ % keys.Length]).GetAwaiter().GetResult().Count);
        return new Figures { ["list_us"] = nanoseconds / 1000 };
    }

    /// <summary>A sweep that finds nothing: milliseconds of processor time, and the longest read beside it against one without it.</summary>
    public static async Task<Figures> SweepNoneAsync(int sessions)
    {
        await using var peer = EnginePeer.Named("engine-timed");
        var ids = await peer.PreloadAsync(SessionFile.Sessions(sessions, SessionsPerKey));
        using var reads = new ReadPauses(peer.Engine.Client, ids);
        var (without, with, processor) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var (start, before) = (Stopwatch.GetTimestamp(), ThreadTime());
            if (await peer.Engine.Client.SendAsync(new SweepSessions()) != 0)
            {
                throw new InvalidOperationException("A session has ended.");
            }

            var end = Stopwatch.GetTimestamp();
            var used = ThreadTime() - before;
            await Task.Delay(Stopwatch.GetElapsedTime(start, end));
            var later = Stopwatch.GetTimestamp();
            with.Add(reads.LongestMilliseconds(start, end));
            without.Add(reads.LongestMilliseconds(end, later));

            // What the readers used meanwhile was not the sweep's.
            processor.Add((used - ((ThreadTime() - before - used) * (end - start) / Math.Max(1, later - end))).TotalMilliseconds);
        }

        return new Figures
        {
            ["sweep_cpu_ms"] = Median(processor),
            ["sweep_pause_ms"] = Median(with) - Median(without),
        };
    }

    /// <summary>All sessions end, under load: seconds until the sweep has removed them.</summary>
    public static async Task<Figures> SweepAllAsync(int sessions)
    {
        var time = new ShiftedTime();
        await using var peer = EnginePeer.Of(new JamSessionsOptions { IdleTimeout = TimeSpan.FromMinutes(20), TimeProvider = time, Durability = Durability.Relaxed, SweepInterval = Timeout.InfiniteTimeSpan });
        await peer.PreloadAsync(SessionFile.Sessions(sessions, SessionsPerKey));
        time.By = TimeSpan.FromMinutes(20);
        using var isOver = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; !isOver.IsCancellationRequested; i++)
            {
                var id = await peer.Engine.Client.CreateAsync(Population.NameOf((i * 8) + caller), SessionData.Empty);
                await peer.Engine.Client.GetAsync(id);
            }
        })).ToList();
        var start = Stopwatch.GetTimestamp();
        var swept = await peer.Engine.Client.SendAsync(new SweepSessions());
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await isOver.CancelAsync();
        await Task.WhenAll(load);
        return swept == sessions ? new Figures { ["sweep_s"] = seconds } : throw new InvalidOperationException($"{swept} of {sessions} sessions were swept.");
    }

    /// <summary>A durable create of a key that has as many sessions as it may, and of one without a limit, in turns: median microseconds, and their ratio.</summary>
    public static async Task<Figures> LimitedCreateAsync(RunSettings settings)
    {
        await using var limited = EnginePeer.Named("engine-limited");
        await using var free = EnginePeer.Named(EnginePeer.Name);
        await limited.PreloadAsync([]);
        await free.PreloadAsync([]);
        var (with, without) = (new List<double>(), new List<double>());
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(begun) < settings.WarmUp + settings.Seconds; i++)
        {
            if (Stopwatch.GetElapsedTime(begun) < settings.WarmUp)
            {
                with.Clear();
                without.Clear();
            }

            with.Add(await TimeAsync(limited, "anna"));
            without.Add(await TimeAsync(free, Population.NameOf(i / 5)));
        }

        return new Figures { ["limited_us"] = Median(with), ["free_us"] = Median(without), ["limited_per_free"] = Median(with) / Median(without) };

        static async Task<double> TimeAsync(EnginePeer peer, string key)
        {
            var start = Stopwatch.GetTimestamp();
            await peer.Engine.Client.CreateAsync(key, SessionData.Empty);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    private static TimeSpan ThreadTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static double Fastest(Func<long> call)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, Once(call));
        }

        return best;
    }

    /// <summary>Nanoseconds of a call, over many.</summary>
    private static double Once(Func<long> call)
    {
        var (sum, start) = (0L, Stopwatch.GetTimestamp());
        for (var i = 0; i < Calls; i++)
        {
            sum += call();
        }

        GC.KeepAlive(sum);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls;
    }

    private sealed class ShiftedTime : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
