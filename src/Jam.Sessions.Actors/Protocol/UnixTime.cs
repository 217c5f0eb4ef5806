namespace Jam.Sessions.Actors;

/// <summary>jam's <c>created_at</c>: Unix seconds as a float with microsecond digits.</summary>
internal static class UnixTime
{
    public static double FromDateTimeOffset(DateTimeOffset time)
    {
        var microseconds = Math.Floor((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond);
        return (double)(microseconds / 1_000_000m);
    }

    /// <summary>Rounded to the microsecond; a value out of range or not a number becomes the nearest time that there is.</summary>
    public static DateTimeOffset ToDateTimeOffset(double seconds)
    {
        const double Earliest = -62_135_596_800, Latest = 253_402_300_799;
        if (double.IsNaN(seconds))
        {
            return DateTimeOffset.UnixEpoch;
        }

        // Whole seconds and the rest are exact apart; a product of both, or a decimal, has too few digits for a microsecond.
        var clamped = Math.Clamp(seconds, Earliest, Latest);
        var whole = Math.Floor(clamped);
        var microseconds = Math.Round((clamped - whole) * 1_000_000);
        return DateTimeOffset.UnixEpoch.AddTicks((long)whole * TimeSpan.TicksPerSecond + (long)microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
