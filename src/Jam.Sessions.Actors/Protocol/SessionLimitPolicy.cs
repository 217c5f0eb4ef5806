namespace Jam.Sessions.Actors;

/// <summary>What happens when a key that has <see cref="JamSessionsOptions.MaxSessionsPerKey"/> sessions is to get another one.</summary>
public enum SessionLimitPolicy
{
    /// <summary>The create fails with <see cref="SessionLimitException"/>.</summary>
    Reject,

    /// <summary>The session that was created first ends.</summary>
    EndOldest,

    /// <summary>The session that was used longest ago ends.</summary>
    EndLeastRecentlySeen,
}
