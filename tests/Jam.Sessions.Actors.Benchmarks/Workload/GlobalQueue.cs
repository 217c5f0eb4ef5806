using System.Runtime.CompilerServices;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>Awaited, it sends its caller to the end of the thread pool's global queue, as a request that comes from a socket.</summary>
/// <remarks>Without it a caller goes on at the head of its thread's own queue: a few callers then get nearly all turns, and latencies say little.</remarks>
internal readonly struct GlobalQueue : ICriticalNotifyCompletion
{
    public static GlobalQueue End => default;

    public bool IsCompleted => false;

    public GlobalQueue GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) =>
        ThreadPool.UnsafeQueueUserWorkItem(static next => next(), continuation, preferLocal: false);
}
