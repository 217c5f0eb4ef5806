using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>Reads sessions at random on a thread of its own, a hundred each millisecond, and notes which reads took long.</summary>
/// <remarks>
/// Where nobody can read for longer than a millisecond, the next of these reads meet it. A thread that read without end would also be
/// preempted for having had its share of the processors, whatever the store does, and take them from the callers. Reads that wait for a
/// processor in their midst are in the figures nevertheless: compare them with those of a time as long without what is looked for.
/// What garbage collections take from a read is not counted.
/// </remarks>
internal sealed class ReadPauses : IDisposable
{
    private const int ReadsAtOnce = 100;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_long = TimeSpan.FromMicroseconds(10);

    private readonly IJamSessions _client;
    private readonly IReadOnlyList<string> _ids;
    private readonly List<(long End, TimeSpan Length)> _pauses = [];
    private readonly ManualResetEvent _isOver = new(false);
    private readonly Thread _reader;

    public ReadPauses(IJamSessions client, IReadOnlyList<string> ids)
    {
        (_client, _ids) = (client, ids);
        _reader = new Thread(Run) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>The longest of the reads that ended between two timestamps, in milliseconds.</summary>
    public double LongestMilliseconds(long from, long to)
    {
        lock (_pauses)
        {
            return _pauses.Where(pause => pause.End >= from && pause.End <= to).Select(pause => pause.Length.TotalMilliseconds).DefaultIfEmpty().Max();
        }
    }

    public void Dispose()
    {
        _isOver.Set();
        _reader.Join();
        _isOver.Dispose();
    }

    private void Run()
    {
        var random = new FastRandom(1);
        while (!_isOver.WaitOne(s_between))
        {
            for (var i = 0; i < ReadsAtOnce; i++)
            {
                Read(_ids[random.Below(_ids.Count)]);
            }
        }
    }

    /// <summary>A session that callers removed meanwhile is read as well as any other.</summary>
    private void Read(string id)
    {
        // The clock runs within the looks at the collector, not around them: a collection between the two is no pause of the read.
        var collected = GC.GetTotalPauseDuration();
        var start = Stopwatch.GetTimestamp();
        _ = _client.GetAsync(id).Result;
        var end = Stopwatch.GetTimestamp();
        var length = Stopwatch.GetElapsedTime(start, end) - (GC.GetTotalPauseDuration() - collected);
        if (length >= s_long)
        {
            lock (_pauses)
            {
                _pauses.Add((end, length));
            }
        }
    }
}
