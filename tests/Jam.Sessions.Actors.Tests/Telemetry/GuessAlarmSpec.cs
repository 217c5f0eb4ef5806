using Jam.Sessions.Actors.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Telemetry;

/// <summary>The alarm about guessed ids: a burst is told at once, once a minute, and what is below the rate never.</summary>
public sealed class GuessAlarmSpec
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<long> _raised = [];

    [Fact]
    public void A_burst_above_the_rate_is_told_at_once_and_what_goes_on_once_a_minute_with_its_count()
    {
        var alarm = Alarm(perMinute: 60);
        Repeat(alarm, 60);
        Assert.Empty(_raised);
        Repeat(alarm, 40);
        Assert.Equal([61], _raised);
        _time.Advance(TimeSpan.FromSeconds(59));
        Repeat(alarm, 100);
        Assert.Single(_raised);
        _time.Advance(TimeSpan.FromSeconds(1));
        Repeat(alarm, 100);
        Assert.Equal(2, _raised.Count);
        Assert.InRange(_raised[1], 140, 240);
    }

    [Fact]
    public void A_flow_below_the_rate_is_never_told_however_long_it_goes_on()
    {
        var alarm = Alarm(perMinute: 60);
        for (var second = 0; second < 3600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            alarm.Add(1);
        }

        Assert.Empty(_raised);
    }

    [Fact]
    public void A_flow_above_the_rate_is_told_before_long()
    {
        var alarm = Alarm(perMinute: 60);
        for (var second = 0; second < 120; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            alarm.Add(2);
        }

        Assert.Equal(2, _raised.Count);
    }

    [Fact]
    public void After_a_quiet_time_it_counts_anew()
    {
        var alarm = Alarm(perMinute: 60);
        Repeat(alarm, 61);
        _time.Advance(TimeSpan.FromMinutes(5));
        Repeat(alarm, 61);
        Assert.Equal([61, 61], _raised);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(600, 9)]
    [InlineData(1_000_000, 64)]
    public void Threads_count_together_what_is_little_against_the_rate(int perMinute, long step) => Assert.Equal(step, Alarm(perMinute).Step);

    private GuessAlarm Alarm(int perMinute) => new(perMinute, _time, _raised.Add);

    private static void Repeat(GuessAlarm alarm, int times)
    {
        for (var i = 0; i < times; i++)
        {
            alarm.Add(1);
        }
    }
}
