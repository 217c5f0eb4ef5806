namespace Jam.Sessions.Actors;

/// <summary>What the reply to a change promises.</summary>
public enum Durability
{
    /// <summary>The change is on stable storage: it survives a killed process and a power loss.</summary>
    Durable,

    /// <summary>
    /// The change is visible, and on stable storage within <see cref="JamSessionsOptions.FlushInterval"/>: a crash loses at most that.
    /// </summary>
    Relaxed,
}
