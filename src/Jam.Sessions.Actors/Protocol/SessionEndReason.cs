namespace Jam.Sessions.Actors;

/// <summary>Why there is no session with an id.</summary>
public enum SessionEndReason
{
    /// <summary>The engine does not know: the id was never issued, or its session ended longer ago than is remembered (<see cref="JamSessionsOptions.MaxRememberedEnds"/>).</summary>
    Unknown,

    /// <summary>The session was deleted, or ended by its handle.</summary>
    Deleted,

    /// <summary>All sessions of its key were cleared.</summary>
    Cleared,

    /// <summary>The session goes on under a new id.</summary>
    Reworked,

    /// <summary>Nobody used the session for as long as it may be idle.</summary>
    Idle,

    /// <summary>The session reached its greatest age.</summary>
    MaxLifetime,

    /// <summary>Another session of its key took its place (<see cref="JamSessionsOptions.MaxSessionsPerKey"/>).</summary>
    Limit,

    /// <summary>An id was used that a rework had ended, and <see cref="JamSessionsOptions.OnReplay"/> says that this ends the session.</summary>
    Replayed,
}
