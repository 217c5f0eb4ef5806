using Akka.Dispatch;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Runs key actors on the thread that sends them a message: a decision takes less time than waking another thread.</summary>
/// <remarks>
/// One actor still handles one message at a time: what comes while it is busy waits in its mailbox, and the thread that is there takes it
/// along. A thread that runs a key actor already leaves further ones, and a mailbox that does not get empty, to the engine's own threads: so
/// nobody's thread is kept, and no stack grows. No code of the host runs in a key actor.
/// </remarks>
internal sealed class CallersThread(string id, ExecutorService others) : ExecutorService(id)
{
    [ThreadStatic]
    private static bool t_isRunning;

    public override void Execute(IRunnable run)
    {
        if (t_isRunning)
        {
            others.Execute(run);
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
