namespace Jam.Sessions.Actors;

/// <summary>What happens when an id is used that a rework has ended: its owner's client is confused, or somebody has stolen it.</summary>
public enum ReplayPolicy
{
    /// <summary>A <see cref="SessionReplayed"/> event and a line in the log, once for each rework.</summary>
    Report,

    /// <summary>That, and the session ends.</summary>
    EndSession,

    /// <summary>That, and all sessions of its key end.</summary>
    EndAllOfKey,
}
