namespace Jam.Sessions.Actors.Commit;

/// <summary>Tells waiters of a batch one after the other. Whoever is told decides at once, and the host's id factory may keep it: then another thread goes on.</summary>
/// <param name="waiters">Who waits.</param>
/// <param name="refusal">Null: the batch is durable.</param>
internal sealed class Outcome(List<ICommitWaiter> waiters, SessionStoreException? refusal) : IThreadPoolWorkItem
{
    private int _told;

    public void Execute()
    {
        var at = Interlocked.Increment(ref _told) - 1;
        if (at < waiters.Count - 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        for (; at < waiters.Count; at = Interlocked.Increment(ref _told) - 1)
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
}
