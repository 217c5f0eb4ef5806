namespace Jam.Sessions.Actors.Telemetry;

/// <summary>Says when more ids that were never issued are asked for than clients with old cookies explain: one word a minute, and nothing is kept of any id.</summary>
/// <remarks>
/// A bucket that takes a minute's worth, and leaks as much in a minute. So a burst is told at once, and a steady flow above the rate before long.
/// </remarks>
/// <param name="perMinute">How many are nothing to speak of.</param>
/// <param name="time">The clock.</param>
/// <param name="raise">Hears how many there were since the bucket was last empty, or since it last heard.</param>
internal sealed class GuessAlarm(int perMinute, TimeProvider time, Action<long> raise)
{
    private readonly Lock _lock = new();
    private double _level;
    private long _count;
    private long _last = time.GetTimestamp();
    private long? _raised;

    /// <summary>So many are counted together by a thread: a burst must not meet at one place.</summary>
    public long Step { get; } = Math.Clamp(perMinute / 64, 1, 64);

    public void Add(long lookups)
    {
        if (Count(lookups) is { } count)
        {
            raise(count);
        }
    }

    private long? Count(long lookups)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _level -= time.GetElapsedTime(_last, now).TotalMinutes * perMinute;
            _last = now;
            if (_level <= 0)
            {
                (_level, _count) = (0, 0);
            }

            (_level, _count) = (_level + lookups, _count + lookups);
            if (_level <= perMinute)
            {
                return null;
            }

            // More than that is told with the next word, and a long burst must not be heard of for hours.
            _level = Math.Min(_level, 2.0 * perMinute);
            if (_raised is { } raised && time.GetElapsedTime(raised, now) < TimeSpan.FromMinutes(1))
            {
                return null;
            }

            (var count, _count, _raised) = (_count, 0, now);
            return count;
        }
    }
}
