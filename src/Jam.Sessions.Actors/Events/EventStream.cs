using System.Threading.Channels;

namespace Jam.Sessions.Actors.Events;

/// <summary>One listener's events: so many are kept, what is more is counted, and the listener learns how many that were, in their place.</summary>
internal sealed class EventStream : ISessionEventStream
{
    private readonly EventHub _hub;
    private readonly Channel<SessionEvent> _kept;
    private readonly Lock _lock = new();
    private long _missed;

    public EventStream(EventHub hub, int capacity, bool endsOnly)
    {
        (_hub, EndsOnly) = (hub, endsOnly);

        // One more, so that there is room for the news that some are missing.
        _kept = Channel.CreateBounded<SessionEvent>(new BoundedChannelOptions(capacity + 1) { SingleReader = true });
    }

    /// <summary>Whether it wants to hear of ends alone.</summary>
    public bool EndsOnly { get; }

    /// <summary>Keeps an event, or counts it as missed. Never waits for the listener.</summary>
    public void Offer(SessionEvent happened)
    {
        lock (_lock)
        {
            var isFull = _missed > 0 && !_kept.Writer.TryWrite(_hub.Missed(_missed));
            if (!isFull)
            {
                _missed = 0;
                isFull = !_kept.Writer.TryWrite(happened);
            }

            _missed += isFull ? 1 : 0;
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void End() => _kept.Writer.TryComplete();

    public async IAsyncEnumerator<SessionEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await _kept.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_kept.Reader.TryRead(out var happened))
            {
                yield return happened;
            }

            if (TakeMissed() is { } missed)
            {
                yield return missed;
            }
        }
    }

    public void Dispose()
    {
        _hub.Forget(this);
        End();
    }

    /// <summary>What was missed since the last event that was kept.</summary>
    private SessionEventsMissed? TakeMissed()
    {
        lock (_lock)
        {
            // What was kept meanwhile comes before it.
            if (_missed == 0 || _kept.Reader.TryPeek(out _))
            {
                return null;
            }

            (var missed, _missed) = (_missed, 0);
            return _hub.Missed(missed);
        }
    }
}
