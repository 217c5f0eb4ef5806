namespace Jam.Sessions.Actors.Model;

/// <summary>The wall clock of one engine, in UTC ticks: to the second never below the highest time that it has told.</summary>
/// <remarks>So a clock that is put back makes no session younger. One that jumps ahead counts, as does time asleep. What ended stays so by itself: <see cref="Document.IsAliveAt"/>.</remarks>
internal sealed class WallClock(TimeProvider time)
{
    private long _highest;

    public long Now()
    {
        var (now, highest) = (time.GetUtcNow().UtcTicks, Volatile.Read(ref _highest));
        if (now < highest)
        {
            return highest;
        }

        // Once a second, so that threads that read do not write to one place all the time.
        if (now - highest >= TimeSpan.TicksPerSecond)
        {
            Interlocked.CompareExchange(ref _highest, now, highest);
        }

        return now;
    }
}
