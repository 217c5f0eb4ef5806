using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Events;

/// <summary>Changes that are to be told once they are both durable and published, whichever comes later.</summary>
/// <remarks>
/// An owner publishes its changes one after the other, and they become durable in that order. So the later of the two of one change comes before the later
/// of the two of the next: they are told in order, whichever thread it is that tells.
/// </remarks>
internal sealed class ChangeNotice(EventHub hub, DocumentChange[] stated, DateTimeOffset time) : ICommitNotice
{
    private int _missing = 2;

    public void Durable() => Step();

    public void Published() => Step();

    private void Step()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            hub.Tell(stated, time);
        }
    }
}
