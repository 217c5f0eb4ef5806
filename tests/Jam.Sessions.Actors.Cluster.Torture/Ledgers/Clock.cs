namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>Logical time: what has a lower number was over before what has a higher one began.</summary>
internal static class Clock
{
    public const long Never = long.MaxValue;

    private static long s_now;

    public static long Next() => Interlocked.Increment(ref s_now);
}
