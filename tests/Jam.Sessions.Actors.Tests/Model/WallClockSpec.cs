using Jam.Sessions.Actors.Model;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>A clock that is put back makes no session younger.</summary>
public sealed class WallClockSpec
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3600)]
    public void It_goes_on_with_time_and_not_back(int seconds)
    {
        var clock = new WallClock(_time);
        var noon = clock.Now();
        Assert.Equal(_time.GetUtcNow().UtcTicks, noon);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        var highest = clock.Now();
        Assert.Equal(noon + (seconds * TimeSpan.TicksPerSecond), highest);
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromDays(1));
        Assert.Equal(highest, clock.Now());
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.Equal(_time.GetUtcNow().UtcTicks, clock.Now());
    }
}
