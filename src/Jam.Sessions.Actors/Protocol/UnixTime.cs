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

        return new DateTimeOffset(ToTicks(seconds), TimeSpan.Zero);
    }

    /// <summary>UTC ticks, rounded to the microsecond, of a time from year 1 to 9999.</summary>
    public static long ToTicks(double seconds)
    {
        // Whole seconds and the rest are exact apart; a product of both, or a decimal, has too few digits for a microsecond.
        var whole = Math.Floor(seconds);
        var microseconds = Math.Round((seconds - whole) * 1_000_000);
        return DateTimeOffset.UnixEpoch.Ticks + ((long)whole * TimeSpan.TicksPerSecond) + ((long)microseconds * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Whole Unix seconds of UTC ticks, rounded up; 0 for earlier times.</summary>
    public static uint ToWholeSeconds(long ticks) =>
        (uint)Math.Clamp((ticks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond, 0, uint.MaxValue);

    /// <summary>Unix seconds of UTC ticks, never less: rounded up to the microsecond.</summary>
    public static double FromTicksUp(long ticks) =>
        (double)(Math.Ceiling((ticks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond) / 1_000_000m);
}
