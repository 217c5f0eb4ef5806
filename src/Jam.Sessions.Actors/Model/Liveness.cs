namespace Jam.Sessions.Actors.Model;

/// <summary>When a session was last seen, and whether it was found dead: what changes without a change of the session. All versions of a session share it.</summary>
/// <remarks>
/// Whoever finds a session past its deadline says so here, once and for all: no touch that was on its way, no version that is published later and no
/// clock that is put back brings it to life. Any thread may use it.
/// </remarks>
internal sealed class Liveness(long seen)
{
    // UTC ticks; less than 0 once the session was found dead, and then their negative.
    private long _seen = seen;

    // Whole Unix seconds: up to there the disk knows that the session was seen.
    private uint _known;

    /// <summary>UTC ticks.</summary>
    public long Seen => Math.Abs(Volatile.Read(ref _seen));

    /// <summary>Whether the session is alive; once it was not, it never is.</summary>
    public bool IsAliveAt(long now, LifetimeTerms terms, double createdAt)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _seen);
            if (seen < 0)
            {
                return false;
            }

            if (!terms.HaveEnded(seen, createdAt, now))
            {
                return true;
            }

            if (Interlocked.CompareExchange(ref _seen, -seen, seen) == seen)
            {
                return false;
            }
        }
    }

    /// <summary>Notes that a living session is used; false where it is dead. To the second: it is written only when that changes.</summary>
    public bool TrySee(long now, LifetimeTerms terms, double createdAt, out bool isLater)
    {
        isLater = false;
        while (true)
        {
            var seen = Volatile.Read(ref _seen);
            if (seen < 0)
            {
                return false;
            }

            if (terms.HaveEnded(seen, createdAt, now))
            {
                Interlocked.CompareExchange(ref _seen, -seen, seen);
                continue;
            }

            if (now <= seen || now / TimeSpan.TicksPerSecond == seen / TimeSpan.TicksPerSecond)
            {
                return true;
            }

            if (Interlocked.CompareExchange(ref _seen, now, seen) == seen)
            {
                isLater = true;
                return true;
            }
        }
    }

    /// <summary>What the disk says: seen by then. A time to come is now.</summary>
    public void Restore(double seconds, long now)
    {
        var ticks = Math.Min(UnixTime.ToTicks(seconds), now);
        _seen = Math.Max(_seen, ticks);
        _known = Math.Max(_known, ToSeconds(ticks));
    }

    /// <summary>Whether the disk should be told that the session was seen: what it knows is no longer enough. Whoever is told so tells it, and nobody else.</summary>
    /// <param name="interval">In seconds: what is told reaches as far ahead, so that it need not be told again before.</param>
    /// <param name="until">Whole Unix seconds to tell.</param>
    /// <param name="before">What is to be put back where the disk takes nothing (<see cref="Forget"/>).</param>
    public bool TryClaim(uint interval, out uint until, out uint before)
    {
        var seen = ToSeconds(Seen);
        (until, before) = (seen + interval, Volatile.Read(ref _known));
        return seen > before && Interlocked.CompareExchange(ref _known, until, before) == before;
    }

    /// <summary>The disk is told with a change that the session was seen until then.</summary>
    public void Know(uint until) => _known = Math.Max(_known, until);

    /// <summary>The disk could not be told after all.</summary>
    public void Forget(uint until, uint before) => Interlocked.CompareExchange(ref _known, before, until);

    /// <summary>Whole Unix seconds, rounded up.</summary>
    public static uint ToSeconds(long ticks) =>
        (uint)Math.Clamp((ticks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond, 0, uint.MaxValue);
}
