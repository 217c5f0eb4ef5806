using System.Globalization;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Real concurrent histories of all verbs, through messages and the client, are linearizable.</summary>
/// <remarks>The environment variable <c>JAM_SESSIONS_ROUNDS</c> multiplies the rounds.</remarks>
public sealed class HistoriesSpec(ITestOutputHelper output) : EngineTest
{
    private const int Seed = 2026;
    private const int MostSessions = 3;

    private static readonly int s_factor =
        int.Parse(Environment.GetEnvironmentVariable("JAM_SESSIONS_ROUNDS") ?? "1", NumberStyles.None, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(Durability.Durable, 100)]
    [InlineData(Durability.Relaxed, 400)]
    public async Task A_history_of_an_engine_is_linearizable(Durability durability, int rounds)
    {
        var callers = new Callers(Seed);
        await using var engine = await StartAsync(o => (o.Durability, o.IdFactory) = (durability, callers.NextId));
        await RunAsync(callers, engine, rounds);
    }

    [Theory]
    [InlineData(Durability.Durable, 50)]
    [InlineData(Durability.Relaxed, 200)]
    public async Task A_history_is_linearizable_while_key_actors_leave_and_come_back(Durability durability, int rounds)
    {
        var callers = new Callers(Seed);
        await using var engine = await StartAsync(o =>
            (o.Durability, o.IdFactory, o.KeyIdleTimeout) = (durability, callers.NextId, TimeSpan.FromMilliseconds(1)));
        await RunAsync(callers, engine, rounds);
    }

    [Fact]
    public async Task A_history_is_linearizable_while_snapshots_are_written()
    {
        var callers = new Callers(Seed);
        await using var engine = await StartAsync(o => (o.IdFactory, o.SnapshotJournalBytes) = (callers.NextId, 4096));
        await RunAsync(callers, engine, 50);
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task A_history_is_linearizable_though_the_disk_fails_now_and_then(Durability durability)
    {
        var disk = new FaultyDisk();
        var random = new Random(Seed);
        var fails = true;
        disk.Before = (operation, _) =>
        {
            // Asked by the engine's writer, and by a snapshot beside it.
            lock (random)
            {
                if (fails && operation is ("Write" or "Sync" or "Create") && random.Next(4) == 0)
                {
                    throw new IOException("no space left on device");
                }
            }
        };

        fails = false;
        var callers = new Callers(Seed);
        await using var engine = await StartOnAsync(disk, o =>
            (o.Durability, o.IdFactory, o.FlushInterval) = (durability, callers.NextId, TimeSpan.FromMilliseconds(1)));
        for (var round = 0; round < 100 * s_factor; round++)
        {
            fails = true;
            Assert.Null(await callers.RoundAsync(engine.Client, engine.Ref, heal: () => fails = false));
        }

        output.WriteLine(callers.ToString());
        Assert.True(callers.Refused > 0 || durability == Durability.Relaxed);
    }

    [Theory]
    [InlineData(Bug.StaleReads)]
    [InlineData(Bug.TwoWinners)]
    [InlineData(Bug.Revival)]
    [InlineData(Bug.HalfClears)]
    [InlineData(Bug.LostDeletes)]
    [InlineData(Bug.EarlyAnswers)]
    [InlineData(Bug.TornLists)]
    [InlineData(Bug.LateExceptions)]
    [InlineData(Bug.LateSwaps)]
    [InlineData(Bug.LooseLimit)]
    [InlineData(Bug.LateEnds)]
    public async Task An_engine_with_a_planted_bug_is_found_out(Bug bug)
    {
        BrokenSessions? sessions = null;
        var callers = bug <= Bug.EarlyAnswers ? new Callers(Seed) { GivenUp = 0 }
            : new Callers(Seed) { GivenUp = 0, HasAllVerbs = true, Limit = MostSessions, Wait = () => sessions!.EndAll() };
        sessions = new BrokenSessions(bug, callers.NextId, callers.Limit);
        string? found = null;
        for (var round = 0; round < 2000 && found is null; round++)
        {
            found = await callers.RoundAsync(sessions, engine: null);
        }

        Assert.NotNull(found);
        output.WriteLine($"{callers}{Environment.NewLine}{found}");
    }

    [Theory]
    [InlineData(Durability.Durable, 60)]
    [InlineData(Durability.Relaxed, 250)]
    public async Task A_history_of_all_verbs_is_linearizable_while_sessions_end(Durability durability, int rounds)
    {
        var time = new FakeTimeProvider();
        var callers = new Callers(Seed) { HasAllVerbs = true, Limit = MostSessions, Wait = () => time.Advance(TimeSpan.FromMinutes(1)) };
        await using var engine = await StartAsync(o =>
        {
            (o.Durability, o.IdFactory, o.TimeProvider) = (durability, callers.NextId, time);
            (o.IdleTimeout, o.MaxSessionsPerKey, o.KeyIdleTimeout) = (TimeSpan.FromMinutes(1), MostSessions, TimeSpan.FromMilliseconds(5));
        });
        using var isOver = new CancellationTokenSource();
        var sweeps = Task.Run(async () =>
        {
            while (!isOver.IsCancellationRequested)
            {
                await engine.SendAsync(new SweepSessions());
            }
        });
        await RunAsync(callers, engine, rounds);
        await isOver.CancelAsync();
        await sweeps;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_without_a_bug_is_not(bool hasAllVerbs)
    {
        BrokenSessions? sessions = null;
        var callers = hasAllVerbs ? new Callers(Seed) { GivenUp = 0, HasAllVerbs = true, Limit = MostSessions, Wait = () => sessions!.EndAll() } : new Callers(Seed) { GivenUp = 0 };
        sessions = new BrokenSessions(Bug.None, callers.NextId, callers.Limit);
        for (var round = 0; round < 300; round++)
        {
            Assert.Null(await callers.RoundAsync(sessions, engine: null));
        }
    }

    private async Task RunAsync(Callers callers, JamSessions engine, int rounds)
    {
        for (var round = 0; round < rounds * s_factor; round++)
        {
            Assert.Null(await callers.RoundAsync(engine.Client, engine.Ref));
        }

        output.WriteLine(callers.ToString());
    }
}
