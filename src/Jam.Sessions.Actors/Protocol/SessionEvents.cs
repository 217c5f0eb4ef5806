using Akka.Actor;

namespace Jam.Sessions.Actors;

/// <summary>Something that happened to a session, told once it is durable; or to the store.</summary>
/// <remarks>Changes in order for each key, exactly once in a running process. No event carries an id.</remarks>
public abstract record SessionEvent : INoSerializationVerificationNeeded
{
    private protected SessionEvent(string store, DateTimeOffset time) => (Store, Time) = (store, time);

    /// <summary>The name of the store; empty for the one that needs none.</summary>
    public string Store { get; }

    /// <summary>When it was decided, in UTC.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The event's name and time; never a key or data.</summary>
    public sealed override string ToString() => $"{GetType().Name} {{ Time = {Time:O} }}";
}

/// <summary>A change of one session.</summary>
public abstract record SessionChangeEvent : SessionEvent
{
    // Most listeners never look at it.
    private readonly SessionData _data;

    private protected SessionChangeEvent(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data)
        : base(store, time) => (Handle, SessionKey, _data) = (handle, sessionKey, data);

    /// <summary>The session's name, see <see cref="SessionInfo.Handle"/>.</summary>
    public string Handle { get; }

    /// <summary>Whose session it is.</summary>
    public string SessionKey { get; }

    /// <summary>What the session holds from now on; of one that ended, what it held last; without <see cref="HiddenMembers"/>. Empty where that cannot be read.</summary>
    public SessionData Data => HiddenMembers.Without(_data);
}

/// <summary>A session was created.</summary>
public sealed record SessionCreated : SessionChangeEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionCreated(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data)
        : base(store, handle, sessionKey, time, data) { }
}

/// <summary>A session's data or lifetime was changed.</summary>
public sealed record SessionUpdated : SessionChangeEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionUpdated(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data)
        : base(store, handle, sessionKey, time, data) { }
}

/// <summary>A session was given a new id; perhaps new data with it.</summary>
public sealed record SessionReworked : SessionChangeEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionReworked(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data)
        : base(store, handle, sessionKey, time, data) { }
}

/// <summary>An id was used that a rework had ended, after the time in which it still works: perhaps it is stolen.</summary>
/// <remarks>Told once for each rework, where <see cref="JamSessionsOptions.ReworkGrace"/> is set. What <see cref="JamSessionsOptions.OnReplay"/> ends because of it is told after it.</remarks>
public sealed record SessionReplayed : SessionChangeEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionReplayed(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data)
        : base(store, handle, sessionKey, time, data) { }
}

/// <summary>A session ended.</summary>
public sealed record SessionEnded : SessionChangeEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionEnded(string store, string handle, string sessionKey, DateTimeOffset time, SessionData data, SessionEndReason why)
        : base(store, handle, sessionKey, time, data) => Why = why;

    /// <summary>Why it ended.</summary>
    public SessionEndReason Why { get; }
}

/// <summary>Some events between the one before this and the one after it were not kept, since nobody took them in time.</summary>
public sealed record SessionEventsMissed : SessionEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionEventsMissed(string store, DateTimeOffset time, long count)
        : base(store, time) => Count = count;

    /// <summary>How many.</summary>
    public long Count { get; }
}

/// <summary>More ids that were never issued were looked up than <see cref="JamSessionsOptions.GuessingAlarmPerMinute"/> allows. Told once a minute at most.</summary>
/// <remarks>Somebody guesses, or many clients have cookies of sessions that ended longer ago than is remembered. Nothing is known or kept of the ids.</remarks>
public sealed record SessionIdsGuessed : SessionEvent
{
    /// <summary>Creates the event, as a host's test may want to.</summary>
    public SessionIdsGuessed(string store, DateTimeOffset time, long count)
        : base(store, time) => Count = count;

    /// <summary>How many there were since the last such event, or since there were none.</summary>
    public long Count { get; }
}

/// <summary>The events of a store, for one listener. They are kept from the moment at which this was made.</summary>
/// <remarks>To be read by one loop at a time, which ends with the engine; to be disposed of, for as long as it lives events are made for it.</remarks>
public interface ISessionEventStream : IAsyncEnumerable<SessionEvent>, IDisposable;
