using System.Globalization;

namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>jam's float seconds become times, and times become them, without losing a microsecond.</summary>
public sealed class UnixTimeSpec
{
    [Theory]
    [InlineData(1795369103.529134, "2026-11-22T17:38:23.529134")]
    [InlineData(1795369123.9191599, "2026-11-22T17:38:43.919160")]
    [InlineData(0, "1970-01-01T00:00:00.000000")]
    [InlineData(-1.25, "1969-12-31T23:59:58.750000")]
    [InlineData(1e-7, "1970-01-01T00:00:00.000000")]
    [InlineData(double.NaN, "1970-01-01T00:00:00.000000")]
    [InlineData(double.PositiveInfinity, "9999-12-31T23:59:59.000000")]
    [InlineData(double.NegativeInfinity, "0001-01-01T00:00:00.000000")]
    public void Seconds_become_a_time_of_whole_microseconds(double seconds, string time) =>
        Assert.Equal(time, UnixTime.ToDateTimeOffset(seconds).ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture));

    [Fact]
    public void Every_microsecond_survives_the_way_there_and_back()
    {
        var start = new DateTimeOffset(2026, 11, 22, 17, 38, 23, TimeSpan.Zero);
        for (var microsecond = 0; microsecond < 1_000_000; microsecond += 37)
        {
            var time = start.AddMicroseconds(microsecond);
            Assert.Equal(time, UnixTime.ToDateTimeOffset(UnixTime.FromDateTimeOffset(time)));
        }
    }
}
