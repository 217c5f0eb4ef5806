using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Events;

/// <summary>Tells listeners what happened. Any thread may use it; who tells never waits for who listens.</summary>
/// <param name="store">The store's name.</param>
/// <param name="publish">Also gets every event; null: nobody does.</param>
/// <param name="clock">Says when.</param>
internal sealed class EventHub(string store, Action<SessionEvent>? publish, WallClock clock)
{
    private readonly Lock _lock = new();
    private volatile EventStream[] _streams = [];
    private bool _isClosed;

    /// <summary>Whether anybody listens: else no event is made.</summary>
    public bool IsHeard => publish is not null || _streams.Length > 0;

    /// <summary>What is to be told once some changes are durable and published; null where nobody listens.</summary>
    /// <param name="stated">The changes, in their order.</param>
    public ChangeNotice? NoticeOf(ReadOnlySpan<DocumentChange> stated) => IsHeard ? new ChangeNotice(this, stated.ToArray(), Now()) : null;

    /// <summary>A listener, from now on.</summary>
    public ISessionEventStream Listen(int capacity)
    {
        var stream = new EventStream(this, capacity);
        lock (_lock)
        {
            if (_isClosed)
            {
                stream.End();
            }
            else
            {
                _streams = [.. _streams, stream];
            }
        }

        return stream;
    }

    public void Forget(EventStream stream)
    {
        lock (_lock)
        {
            _streams = [.. _streams.Where(other => other != stream)];
        }
    }

    /// <summary>Ends all listening.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Array.ForEach(_streams, stream => stream.End());
            _streams = [];
        }
    }

    public SessionEventsMissed Missed(long count) => new(store, Now(), count);

    /// <summary>Tells changes in their order; each change of a session once, however many documents a jam file has of it.</summary>
    public void Tell(DocumentChange[] stated, DateTimeOffset time)
    {
        for (var i = 0; i < stated.Length; i++)
        {
            if (i > 0 && IsSameChange(stated[i - 1], stated[i]))
            {
                continue;
            }

            var happened = EventOf(stated[i], time);
            Publish(happened);
            foreach (var stream in _streams)
            {
                stream.Offer(happened);
            }
        }
    }

    /// <summary>A listener that throws in its turn is none of the engine's business, and no reason to leave others out.</summary>
    private void Publish(SessionEvent happened)
    {
        try
        {
            publish?.Invoke(happened);
        }
        catch (Exception)
        {
            // Akka has told it to whom it could.
        }
    }

    private static bool IsSameChange(DocumentChange before, DocumentChange change) =>
        before.DocumentId != change.DocumentId && before.Intent == change.Intent
        && before.Before is { } first && change.Before is { } second && first.Id == second.Id && first.Id.Length > 0;

    private SessionChangeEvent EventOf(DocumentChange change, DateTimeOffset time)
    {
        var session = (change.After ?? change.Before)!;
        var data = ReferenceEquals(session.Data, SessionData.Unreadable) ? SessionData.Empty : session.Data;
        return change switch
        {
            { Before: null } => new SessionCreated(store, session.Handle, session.Key, time, data),
            { After: null } => new SessionEnded(store, session.Handle, session.Key, time, data, change.Intent.Why()),
            { Intent: Intent.Reworked } => new SessionReworked(store, session.Handle, session.Key, time, data),
            _ => new SessionUpdated(store, session.Handle, session.Key, time, data),
        };
    }

    private DateTimeOffset Now() => new(clock.Now(), TimeSpan.Zero);
}
