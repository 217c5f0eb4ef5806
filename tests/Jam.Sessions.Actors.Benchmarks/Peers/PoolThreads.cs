namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>What a host does for a store that blocks threads of the pool.</summary>
internal static class PoolThreads
{
    /// <summary>The pool has so many threads without hesitation; it makes further ones slowly.</summary>
    public static void AtLeast(int count)
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, count), ports);
    }
}
