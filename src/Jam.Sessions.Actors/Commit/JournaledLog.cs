using Akka.Actor;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>The log over a journaled store: encodes on the caller's thread, queues, and wakes the persistence actor.</summary>
/// <param name="store">Encodes.</param>
/// <param name="commits">The queue that the persistence actor empties.</param>
/// <param name="persistence">The persistence actor.</param>
internal sealed class JournaledLog(IJournaledStore store, CommitQueue commits, IActorRef persistence) : ICommitLog
{
    private volatile bool _isClosing;

    public StoreFigures Figures => new(store.UncoveredBytes, store.SnapshotBytes, store.KeysNeeded.Count);

    public TimeSpan Waiting => commits.Waiting;

    public bool MustWait(int ownerHash) => commits.MustWait(ownerHash);

    public bool TryAppend(int ownerHash, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null) =>
        commits.TryAdd(ownerHash, store.Encode(changes), changes, waiter, out var wake, notice) && Wake(wake);

    public bool TryTouch(int ownerHash, Document session, uint until) =>
        !_isClosing && commits.TakesMore(ownerHash)
        && commits.TryAdd(ownerHash, store.EncodeTouch(session, until), changes: default, waiter: null, out var wake) && Wake(wake);

    public void Flush(Action<JamSessionsException?> done) => persistence.Tell(new FlushRequest(done), ActorRefs.NoSender);

    public void BeginCopy(Action<IStoreCopy?, JamSessionsException?> done) => persistence.Tell(new CopyRequest(done), ActorRefs.NoSender);

    public void Close(Action<SessionStoreException?> done)
    {
        _isClosing = true;
        persistence.Tell(new CloseRequest(done), ActorRefs.NoSender);
    }

    private bool Wake(WakeReason wake)
    {
        if (wake != WakeReason.None)
        {
            persistence.Tell(Woken.For(wake), ActorRefs.NoSender);
        }

        return true;
    }
}
