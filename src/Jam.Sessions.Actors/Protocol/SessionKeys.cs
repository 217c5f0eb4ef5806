namespace Jam.Sessions.Actors;

/// <summary>What a session key may be: any text of 1 to <see cref="MaxLength"/> UTF-16 units, compared by exact code units.</summary>
public static class SessionKeys
{
    /// <summary>The longest session key that a message takes, in UTF-16 units.</summary>
    public const int MaxLength = 1024;

    /// <summary>A key to look for: of any length, for a file may have brought longer keys than new sessions can have.</summary>
    internal static string NotEmpty(string sessionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionKey);
        return sessionKey;
    }

    internal static string Checked(string sessionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionKey);
        return sessionKey.Length <= MaxLength
            ? sessionKey
            : throw new ArgumentException($"A session key has at most {MaxLength} UTF-16 units; this one has {sessionKey.Length}.", nameof(sessionKey));
    }
}
