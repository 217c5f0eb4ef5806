namespace Jam.Sessions.Actors;

/// <summary>Asks how the engine is. Reply: <see cref="SessionsStatus"/>, at any time of its life, at once.</summary>
/// <remarks>For a probe: it reads what the engine knows already, writes nothing and touches no disk.</remarks>
public sealed record GetSessionsStatus : ISessionRequest<SessionsStatus>, ISessionQuery;

/// <summary>Whether an engine can do its work.</summary>
public enum SessionsHealth
{
    /// <summary>It takes reads and changes.</summary>
    Healthy,

    /// <summary>Reads go on; the disk refused the last change, or the JSON file could not be rewritten several times. It is tried again.</summary>
    Degraded,

    /// <summary>Changes have waited for more than 5 s, or the engine is not up yet, drains, or has stopped.</summary>
    Unhealthy,
}

/// <summary>How an engine is. It names no session, and no one's key.</summary>
/// <param name="Health">Whether it can do its work.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SessionsStatus(SessionsHealth Health, string Reason)
{
    /// <summary>How many sessions there are; those that have ended count until a sweep has removed them.</summary>
    public long Sessions { get; init; }

    /// <summary>How many session keys have a session.</summary>
    public long Keys { get; init; }

    /// <summary>How many session keys have an actor.</summary>
    public long KeyActors { get; init; }

    /// <summary>The bytes of the journal that the JSON file does not hold; 0 in memory.</summary>
    public long JournalBytes { get; init; }

    /// <summary>The bytes of the JSON file; 0 in memory.</summary>
    public long FileBytes { get; init; }

    /// <summary>How long the oldest change has waited that is not on the disk.</summary>
    public TimeSpan LongestWait { get; init; }

    /// <summary>How many commits the disk has refused since the start.</summary>
    public long FailedCommits { get; init; }

    /// <summary>How often the JSON file could not be rewritten since the start.</summary>
    public long FailedSnapshots { get; init; }

    /// <summary>How many encryption keys some session still needs; null where that is not known.</summary>
    public int? EncryptionKeysNeeded { get; init; }
}
