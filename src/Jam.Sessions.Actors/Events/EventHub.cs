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

    /// <summary>What is to be told once some changes are durable and published; null where nobody wants to hear of them: then no event is made.</summary>
    /// <param name="stated">The changes, in their order.</param>
    public ChangeNotice? NoticeOf(ReadOnlySpan<DocumentChange> stated) => AreHeard(stated) ? new ChangeNotice(this, stated.ToArray(), Now()) : null;

    /// <summary>A listener, from now on.</summary>
    /// <param name="capacity">How many events are kept for it.</param>
    /// <param name="endsOnly">Whether it wants to hear of ends alone.</param>
    public ISessionEventStream Listen(int capacity, bool endsOnly = false)
    {
        var stream = new EventStream(this, capacity, endsOnly);
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

    /// <summary>Whether anybody listens.</summary>
    public bool IsHeard => publish is not null || _streams.Length > 0;

    /// <summary>Tells what another process of the same store has done.</summary>
    public void TellOfOther(SessionEnded happened) => Tell(happened);

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
            if (i > 0 && stated[i].Repeats(stated[i - 1]))
            {
                continue;
            }

            Tell(EventOf(stated[i], time));
        }
    }

    /// <summary>Tells that many ids were looked up which were never issued.</summary>
    public void Guessed(long count) => Tell(new SessionIdsGuessed(store, Now(), count));

    private bool AreHeard(ReadOnlySpan<DocumentChange> stated)
    {
        if (publish is not null)
        {
            return true;
        }

        foreach (var stream in _streams)
        {
            if (!stream.EndsOnly || HasEnd(stated))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasEnd(ReadOnlySpan<DocumentChange> stated)
    {
        foreach (var change in stated)
        {
            if (change.After is null)
            {
                return true;
            }
        }

        return false;
    }

    private void Tell(SessionEvent happened)
    {
        Publish(happened);
        foreach (var stream in _streams)
        {
            if (happened is SessionEnded || !stream.EndsOnly)
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

    private SessionChangeEvent EventOf(DocumentChange change, DateTimeOffset time)
    {
        var session = (change.After ?? change.Before)!;
        var data = session.IsReadable ? session.Data : SessionData.Empty;
        return change switch
        {
            { Before: null } => new SessionCreated(store, session.Handle, session.Key, time, data),
            { After: null } => new SessionEnded(store, session.Handle, session.Key, time, data, change.Intent.Why()),
            { Intent: Intent.Replayed } => new SessionReplayed(store, session.Handle, session.Key, time, data),
            { Intent: Intent.Reworked } => new SessionReworked(store, session.Handle, session.Key, time, data),
            _ => new SessionUpdated(store, session.Handle, session.Key, time, data),
        };
    }

    private DateTimeOffset Now() => new(clock.Now(), TimeSpan.Zero);
}
