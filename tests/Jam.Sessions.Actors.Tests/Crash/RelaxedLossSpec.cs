using System.Text;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>What a crash can lose with relaxed durability, on a disk whose syncs take time: all time is the test's own, and one thread does everything.</summary>
public sealed partial class RelaxedLossSpec(ITestOutputHelper output)
{
    // A writer that always has something to sync never comes back to the test by itself.
    private const int Changes = 500;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<long, TimeSpan> _undurable = [];
    private readonly List<TimeSpan> _waits = [];
    private ManualWriter _log = null!;
    private TimeSpan? _writeAt;
    private long _next;
    private int _left;

    private TimeSpan Elapsed => _time.GetUtcNow() - _time.Start;

    [Theory]
    [InlineData(10, 1)]
    [InlineData(10, 25)]
    [InlineData(10, 80)]
    [InlineData(100, 1)]
    [InlineData(100, 40)]
    [InlineData(100, 250)]
    public void A_relaxed_change_is_durable_after_the_interval_or_the_sync_under_way_and_one_sync(int interval, int longestSync)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            Live(new Random(seed), TimeSpan.FromMilliseconds(interval), longestSync);
        }

        var (longest, bound) = (_waits.Max(), TimeSpan.FromMilliseconds(Math.Max(interval, longestSync) + longestSync));
        output.WriteLine($"{_waits.Count} changes; the longest waited {longest.TotalMilliseconds} ms, of at most {bound.TotalMilliseconds} ms");
        Assert.True(_waits.Count > 1000);
        Assert.True(longest <= bound + s_step, $"{longest.TotalMilliseconds} ms");
    }

    private void Live(Random random, TimeSpan interval, int longestSync)
    {
        _left = Changes;
        var disk = new SimulatedDisk();
        var (store, documents) = Recovery.Open(disk, Life.JsonPath, new DocumentCodec(null), "a test");
        _log = new ManualWriter(
            new JournaledFile(store, documents), new CommitQueue(Durability.Relaxed, _time), new WriterSettings(interval, SnapshotJournalBytes: long.MaxValue, _time));
        _writeAt = null;
        disk.OnStep = (operation, path) =>
        {
            if (operation == "Sync")
            {
                var synced = Ids().Matches(Encoding.UTF8.GetString(disk.Content(path)!)).Select(match => long.Parse(match.Groups[1].Value, null)).ToList();
                Pass(random, random.Next(1, longestSync + 1));
                foreach (var id in synced)
                {
                    if (_undurable.Remove(id, out var acknowledged))
                    {
                        _waits.Add(Elapsed - acknowledged);
                    }
                }
            }
        };
        for (var part = 0; part < 20; part++)
        {
            Pass(random, random.Next(1, 200));
        }

        // Nothing comes any more: what is left is written all the same.
        _left = 0;
        Advance(random.Next(1000, 2000));
        Assert.Empty(_undurable);
        disk.OnStep = null;
        _log.Writer.Close();
    }

    /// <summary>Time passes, and changes come: many, few or none, as long as it lasts.</summary>
    private void Pass(Random random, int milliseconds)
    {
        var oneIn = random.Next(1, 12);
        for (var i = 0; i < milliseconds; i++)
        {
            if (_left > 0 && random.Next(oneIn) == 0)
            {
                _left--;
                Change();
            }

            Advance(1);
        }
    }

    private void Advance(int milliseconds)
    {
        for (var i = 0; i < milliseconds; i++)
        {
            _time.Advance(s_step);
            _writeAt ??= Elapsed - s_step + _log.WriteDelay;
            if (Elapsed >= _writeAt)
            {
                _writeAt = null;
                _log.WriteNow();
            }

            _log.Turn();
        }
    }

    /// <summary>Acknowledged as it is handed over.</summary>
    private void Change()
    {
        var id = ++_next;
        _undurable[id] = Elapsed;
        Assert.True(_log.TryAppend(ownerHash: (int)id, [new DocumentChange(null, new Document($"id{id}", "key", SessionData.Empty, 1.5, id, raw: null))], waiter: null));
        _log.Turn();
    }

    [GeneratedRegex("\"id([0-9]+)\"")]
    private static partial Regex Ids();
}
