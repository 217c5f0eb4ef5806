using Akka.Dispatch;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Tells the waiters of a batch one after the other; several threads share them.</summary>
/// <param name="waiters">Who waits.</param>
/// <param name="refusal">Null: the batch is durable.</param>
internal sealed class Outcome(List<ICommitWaiter> waiters, SessionStoreException? refusal) : IRunnable
{
    private int _told;

    /// <summary>Tells them on the engine's own threads.</summary>
    public void TellOn(Workers workers)
    {
        for (var i = Math.Min(workers.Count, waiters.Count); i > 0; i--)
        {
            workers.Execute(this);
        }
    }

    public void Run()
    {
        for (var at = Interlocked.Increment(ref _told) - 1; at < waiters.Count; at = Interlocked.Increment(ref _told) - 1)
        {
            if (refusal is null)
            {
                waiters[at].Committed();
            }
            else
            {
                waiters[at].Refused(refusal);
            }
        }
    }

    public void Execute() => Run();
}
