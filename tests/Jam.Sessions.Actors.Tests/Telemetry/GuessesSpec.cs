using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>A burst of guesses: one event, one line, and nothing kept.</summary>
public sealed class GuessesSpec : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));
    private readonly ActorSystem _system = ActorSystem.Create("guesses", CapturedLog.Everything);

    public Task InitializeAsync()
    {
        CapturedLog.TakeLines();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task A_burst_is_one_event_and_one_line_a_minute_and_sessions_that_ended_are_no_guesses()
    {
        await using var engine = await StartAsync(perMinute: 10);
        using var events = await engine.Client.SendAsync(new WatchSessions());
        var id = await engine.Client.CreateAsync("ann", SessionData.Empty);
        await engine.Client.DeleteAsync(id);
        for (var minute = 0; minute < 2; minute++)
        {
            for (var i = 0; i < 100; i++)
            {
                await engine.Client.GetAsync(id);
                await engine.Client.GetAsync($"guess {minute} {i}");
            }

            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await CapturedLog.SettleAsync(_system);
        var lines = CapturedLog.TakeLines().Where(line => line.Contains("(event 501)", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.DoesNotContain("guess ", line, StringComparison.Ordinal));
        await engine.DisposeAsync();
        var guessed = await events.OfType<SessionIdsGuessed>().ToListAsync();
        Assert.Equal([11, 90], guessed.Select(told => told.Count));
    }

    [Fact]
    public async Task With_0_nobody_is_told()
    {
        await using var engine = await StartAsync(perMinute: 0);
        for (var i = 0; i < 1000; i++)
        {
            await engine.Client.GetAsync($"guess {i}");
        }

        await CapturedLog.SettleAsync(_system);
        Assert.DoesNotContain(CapturedLog.TakeLines(), line => line.Contains("(event 501)", StringComparison.Ordinal));
    }

    private Task<JamSessions> StartAsync(int perMinute) =>
        JamSessions.StartAsync(_system, new JamSessionsOptions { InMemory = true, GuessingAlarmPerMinute = perMinute, TimeProvider = _time });
}
