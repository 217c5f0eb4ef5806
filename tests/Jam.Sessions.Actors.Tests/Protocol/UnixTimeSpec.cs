using CsCheck;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>Creation times as jam keeps them: floats with microsecond digits.</summary>
public sealed class UnixTimeSpec
{
    // Floats are finer than a microsecond until 2^33 seconds, in 2242.
    [Fact]
    public void A_microsecond_comes_back_as_itself() =>
        Gen.Long[-62_135_596_800_000_000 / 8, 8_589_934_591_999_999].Sample(
            microseconds =>
            {
                var time = DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
                Assert.Equal(time, UnixTime.ToDateTimeOffset(UnixTime.FromDateTimeOffset(time)));
            },
            iter: 10_000);

    [Theory]
    [InlineData(1795367285.296665, 1795367285296665)]
    [InlineData(1795367293.42308, 1795367293423080)]
    [InlineData(0.0, 0)]
    [InlineData(-0.25, -250000)]
    [InlineData(-0.000001, -1)]
    public void Seconds_become_microseconds(double seconds, long microseconds) =>
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond), UnixTime.ToDateTimeOffset(seconds));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    [InlineData(253_402_300_800)]
    [InlineData(-62_135_596_801)]
    [InlineData(double.NegativeInfinity)]
    public void A_time_that_there_is_not_is_not_known(double seconds) => Assert.Null(UnixTime.ToDateTimeOffset(seconds));

    [Fact]
    public void The_first_and_the_last_second_are_times()
    {
        Assert.Equal(DateTimeOffset.MinValue, UnixTime.ToDateTimeOffset(-62_135_596_800));
        Assert.Equal(9999, UnixTime.ToDateTimeOffset(Math.BitDecrement(253_402_300_800))!.Value.Year);
    }

    [Fact]
    public void Ticks_below_the_microsecond_are_cut_off()
    {
        Assert.Equal(1.0, UnixTime.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddTicks(TimeSpan.TicksPerSecond + 9)));
        Assert.Equal(-0.000001, UnixTime.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddTicks(-1)));
        Assert.Equal(1795367285.296665, UnixTime.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddTicks(17953672852966650)));
    }

    [Fact]
    public void The_offset_of_a_time_does_not_matter()
    {
        var utc = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(UnixTime.FromDateTimeOffset(utc), UnixTime.FromDateTimeOffset(utc.ToOffset(TimeSpan.FromHours(-7))));
    }
}
