namespace Jam.Sessions.Actors;

/// <summary>jam's <c>created_at</c>: Unix seconds as a float with microsecond digits.</summary>
internal static class UnixTime
{
    public static double FromDateTimeOffset(DateTimeOffset time)
    {
        var microseconds = Math.Floor((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond);
        return (double)(microseconds / 1_000_000m);
    }

    /// <summary>Rounded to the microsecond; null for what is no number, or no time from year 1 to 9999.</summary>
    public static DateTimeOffset? ToDateTimeOffset(double seconds)
    {
        const double Earliest = -62_135_596_800, End = 253_402_300_800;
        if (!(seconds >= Earliest && seconds < End))
        {
            return null;
        }

        // Whole seconds and the rest are exact apart; a product of both, or a decimal, has too few digits for a microsecond.
        var whole = Math.Floor(seconds);
        var microseconds = Math.Min(Math.Round((seconds - whole) * 1_000_000), 999_999 + (whole < End - 1 ? 1 : 0));
        return DateTimeOffset.UnixEpoch.AddTicks((long)whole * TimeSpan.TicksPerSecond + (long)microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
