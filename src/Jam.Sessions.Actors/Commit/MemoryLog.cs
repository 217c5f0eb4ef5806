using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>A log that keeps nothing: sessions live as long as the engine does.</summary>
internal sealed class MemoryLog : ICommitLog
{
    private volatile bool _isClosed;

    public bool MustWait(int ownerHash) => false;

    public bool TryAppend(int ownerHash, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null)
    {
        if (_isClosed)
        {
            return false;
        }

        notice?.Durable();
        return true;
    }

    public bool TryTouch(int ownerHash, Document session, uint until) => !_isClosed;

    public void Flush(Action<JamSessionsException?> done) => done(_isClosed ? new SessionsStoppingException() : null);

    public void Close(Action<SessionStoreException?> done)
    {
        _isClosed = true;
        done(null);
    }
}
