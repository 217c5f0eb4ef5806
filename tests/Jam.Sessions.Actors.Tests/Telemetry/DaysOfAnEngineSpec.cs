using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>What the instruments say when something happens: the table of <c>docs/observability.md</c>.</summary>
public sealed class DaysOfAnEngineSpec : MeteredTest
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [SmallDiskFact]
    public async Task A_disk_fills_and_frees()
    {
        using var commands = Instruments.Collect<double>(Names.CommandDuration);
        using var disk = new SmallDisk(kilobytes: 1024);
        disk.Fill(kilobytes: 512);
        await using var engine = await StartMeteredAsync(o => o.JsonPath = disk.File("sessions.json"));
        var id = await engine.Client.CreateAsync("ann", Data());
        Assert.Equal((0, 0), (Instruments.Observe(Names.Health), Instruments.Observe(Names.CommitFailures)));

        disk.Fill();
        while (await Record.ExceptionAsync(() => engine.Client.CreateAsync("ann", Data($$"""{"text": "{{new string('x', 5000)}}"}"""))) is null)
        {
        }

        var sessions = Instruments.Observe(Names.Active);
        Assert.NotNull(await engine.Client.GetAsync(id));
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        Assert.Equal((1, sessions), (Instruments.Observe(Names.Health), Instruments.Observe(Names.Active)));
        Assert.Equal((1, 1), (Instruments.Observe(Names.CommitFailures), Instruments.Observe(Names.SnapshotFailures)));
        Assert.Equal(1, Instruments.Observe(Names.Reads, "found"));
        Assert.Equal(typeof(SessionStoreException).FullName, commands.GetMeasurementSnapshot()[^1].Tags[Names.ErrorTag]);
        Assert.Equal(0, Instruments.Observe(Names.CommitWait));

        // Nobody writes, and it is well again.
        disk.Free();
        Assert.True(SpinWait.SpinUntil(() => Instruments.Observe(Names.Health) == 0, s_patience));
        await engine.Client.FlushAsync();
        Assert.Equal((0, 1), (Instruments.Observe(Names.JournalSize), Instruments.Observe(Names.CommitFailures)));
    }

    [Fact]
    public async Task Somebody_guesses()
    {
        await using var engine = await StartMeteredAsync(o => (o.GuessingAlarmPerMinute, o.TimeProvider) = (50, _time));
        using var events = await engine.Client.SendAsync(new WatchSessions());
        var id = await engine.Client.CreateAsync("ann", Data());
        for (var i = 0; i < 200; i++)
        {
            await engine.Client.GetAsync($"guess{i}");
        }

        await engine.Client.DeleteAsync(id);
        await engine.Client.GetAsync(id);
        Assert.Equal((200, 201), (Instruments.Observe(Names.UnknownIds), Instruments.Observe(Names.Reads, "missing")));
        Assert.Equal((0, 0), (Instruments.Observe(Names.Health), Instruments.Observe(Names.Active)));
        await engine.DisposeAsync();
        Assert.Single(await events.OfType<SessionIdsGuessed>().ToListAsync());
    }

    [Fact]
    public async Task A_disk_is_slow_and_then_does_not_answer()
    {
        using var commits = Instruments.Collect<double>(Names.CommitDuration);
        using var changes = Instruments.Collect<int>(Names.CommitChanges);
        using var isReached = new ManualResetEventSlim();
        using var isOpen = new ManualResetEventSlim();
        var disk = new FaultyDisk();
        await using var engine = await StartMeteredAsync(o => o.TimeProvider = _time, disk);
        disk.Before = (operation, path) =>
        {
            if (operation == "Sync" && path.Contains(".journal-", StringComparison.Ordinal))
            {
                isReached.Set();
                isOpen.Wait();
            }
        };
        var first = engine.Client.CreateAsync("first", Data());
        isReached.Wait();
        var others = Enumerable.Range(0, 50).Select(i => engine.Client.CreateAsync($"user{i}", Data())).ToList();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((3, 0), (Instruments.Observe(Names.CommitWait), Instruments.Observe(Names.Health)));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((6, 2), (Instruments.Observe(Names.CommitWait), Instruments.Observe(Names.Health)));
        isOpen.Set();
        await Task.WhenAll([first, .. others]);
        await engine.Client.FlushAsync();
        Assert.Equal((0, 0), (Instruments.Observe(Names.CommitWait), Instruments.Observe(Names.Health)));

        // What waited shares one sync.
        Assert.Equal([1, 50], changes.GetMeasurementSnapshot().Select(measured => measured.Value));
        Assert.Equal(2, commits.GetMeasurementSnapshot().Count);
        Assert.Equal(0, Instruments.Observe(Names.CommitFailures));
    }

    [Fact]
    public async Task It_is_restarted()
    {
        string id, ended;
        await using (var engine = await StartMeteredAsync())
        {
            id = await engine.Client.CreateAsync("ann", Data());
            ended = await engine.Client.CreateAsync("bob", Data());
            await engine.Client.DeleteAsync(ended);
            await engine.Client.GetAsync(ended);
            Assert.Equal((1, 1, 0), (Instruments.Observe(Names.Active), Instruments.Observe(Names.Reads, "missing"), Instruments.Observe(Names.UnknownIds)));
        }

        Assert.Equal(double.NaN, Instruments.Observe(Names.Active));
        await using var again = await StartMeteredAsync();
        Assert.Equal((1, 1, 0), (Instruments.Observe(Names.Active), Instruments.Observe(Names.Keys), Instruments.Observe(Names.KeyActors)));
        Assert.Equal((0, 0), (Instruments.Observe(Names.Reads), Instruments.Observe(Names.JournalSize)));
        Assert.Equal(new FileInfo(JsonPath).Length, Instruments.Observe(Names.FileSize));
        await again.Client.GetAsync(id);

        // Why it is gone is not remembered across a restart: an old cookie looks like a guess.
        await again.Client.GetAsync(ended);
        Assert.Equal((1, 1), (Instruments.Observe(Names.Reads, "found"), Instruments.Observe(Names.UnknownIds)));
    }
}
