using Akka.Actor;
using Akka.Dispatch;
using Jam.Sessions.Actors.Commit;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Runs key actors on the thread that sends them a message: a decision takes less time than waking another thread.</summary>
/// <remarks>
/// One actor still handles one message at a time: what comes while it is busy waits in its mailbox, and the thread that is there takes it
/// along. A thread that runs a key actor already leaves further ones, and a mailbox that does not get empty, to the thread pool: so nobody's
/// thread is kept, and no stack grows.
/// </remarks>
internal sealed class CallersThread() : ExecutorService("callers-thread")
{
    private const int Throughput = 16;

    [ThreadStatic]
    private static bool t_isRunning;

    public static Props On(ActorSystem system, Props props) => EngineDispatcher.On(system, props, new CallersThread(), Throughput);

    /// <summary>Key actors that <paramref name="action"/> tells something run on other threads: for a thread that must not wait for the host's id factory.</summary>
    public static void RunElsewhere(Action action)
    {
        var wasRunning = t_isRunning;
        t_isRunning = true;
        try
        {
            action();
        }
        finally
        {
            t_isRunning = wasRunning;
        }
    }

    public override void Execute(IRunnable run)
    {
        if (t_isRunning)
        {
            ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: false);
            return;
        }

        t_isRunning = true;
        try
        {
            run.Run();
        }
        finally
        {
            t_isRunning = false;
        }
    }

    public override void Shutdown()
    {
        // It owns no thread.
    }
}
