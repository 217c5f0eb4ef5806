using System.Collections.Concurrent;
using Jam.Sessions.Actors.Commit;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>Keeps what it is told: null for durable, else why not.</summary>
internal sealed class RecordingWaiter(Action<JamSessionsException?>? told = null) : ICommitWaiter
{
    private readonly ConcurrentQueue<JamSessionsException?> _outcomes = new();

    public IReadOnlyCollection<JamSessionsException?> Outcomes => _outcomes;

    public void Committed() => Keep(null);

    public void Refused(JamSessionsException reason) => Keep(reason);

    private void Keep(JamSessionsException? reason)
    {
        _outcomes.Enqueue(reason);
        told?.Invoke(reason);
    }
}
