namespace Jam.Sessions.Actors;

/// <summary>The root of everything that the engine throws or answers as a failure.</summary>
/// <remarks>No message of this tree carries a whole session id, a secret or session data.</remarks>
public abstract class JamSessionsException : Exception
{
    private protected JamSessionsException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>An exception of its own for each of several askers: one that all throw would collect the stack traces of all.</summary>
    internal virtual JamSessionsException Fresh() => this;
}

/// <summary>A fault of the engine itself, which nobody foresaw: the request changed nothing. Please report it with the inner exception.</summary>
public sealed class SessionEngineException : JamSessionsException
{
    /// <summary>For an unforeseen fault.</summary>
    public SessionEngineException(Exception inner) : base($"The session engine failed unexpectedly ({inner.GetType().Name}); this request changed nothing.", inner) { }

    internal override JamSessionsException Fresh() => new SessionEngineException(InnerException!);
}

/// <summary>Update, patch, touch or rework of an id that names no session.</summary>
/// <param name="why">Why there is none, as far as that is known.</param>
public sealed class SessionNotFoundException(SessionEndReason why = SessionEndReason.Unknown) : JamSessionsException(TextOf(why))
{
    /// <summary>Why there is none, as far as that is known.</summary>
    public SessionEndReason Why => why;

    private static string TextOf(SessionEndReason why) => "There is no session with this id: " + why switch
    {
        SessionEndReason.Deleted => "it was deleted.",
        SessionEndReason.Cleared => "all sessions of its key were cleared.",
        SessionEndReason.Reworked => "it has a new id.",
        SessionEndReason.Idle => "it was idle for too long.",
        SessionEndReason.MaxLifetime => "it reached its greatest age.",
        SessionEndReason.Limit => "a newer session of its key took its place.",
        SessionEndReason.Replayed => "an id was used that a rework had ended.",
        _ => "it was never issued, was removed, or has a new id.",
    };
}

/// <summary>An update that expected other data than the session holds: somebody has changed it. Nothing was changed.</summary>
/// <param name="currentData">What the session holds.</param>
public sealed class SessionConflictException(SessionData currentData)
    : JamSessionsException("The session does not hold the expected data any more; read CurrentData, and decide again.")
{
    /// <summary>What the session holds.</summary>
    public SessionData CurrentData => currentData;
}

/// <summary>The key has as many sessions as it may have, and the policy is to refuse more.</summary>
/// <param name="maximum">How many that is.</param>
public sealed class SessionLimitException(int maximum)
    : JamSessionsException($"The session key has as many sessions as max-sessions-per-key allows ({maximum}); end one of them first.")
{
    /// <summary>How many sessions a key may have.</summary>
    public int Maximum => maximum;
}

/// <summary>The store holds as many sessions as it may hold.</summary>
/// <param name="maximum">How many that is.</param>
public sealed class SessionCapacityException(long maximum)
    : JamSessionsException($"The store holds {maximum} sessions, which is max-sessions. Ending and updating sessions still works; end some, or raise the limit.")
{
    /// <summary>How many sessions the store may hold.</summary>
    public long Maximum => maximum;
}

/// <summary>Session data that is not a JSON object, is not valid JSON, is too large, or cannot be read from the file.</summary>
public sealed class SessionDataException : JamSessionsException
{
    /// <summary>With the sentence that says what is wrong.</summary>
    public SessionDataException(string message) : base(message) { }

    internal static SessionDataException TooLarge(int length, int maximum) => new($"The session data has {length} bytes; max-data-bytes is {maximum}.");

    internal static SessionDataException UnreadableInFile(string document) => new(
        $"The file holds this session (document {document}), but its data cannot be read: it is not text, was encrypted with a key that is not given, was changed, or belongs to another document. Update or delete the session.");
}

/// <summary>A session key that is longer than <see cref="JamSessionsOptions.MaxKeyLength"/> allows.</summary>
public sealed class SessionKeyException : JamSessionsException
{
    /// <summary>For a key of so many UTF-16 units, where this many are allowed.</summary>
    public SessionKeyException(int length, int maximum)
        : base($"The session key has {length} UTF-16 units; max-key-length is {maximum}.") { }
}

/// <summary>The id factory threw, returned an unusable id, or kept returning ids that are taken.</summary>
public sealed class SessionIdFactoryException : JamSessionsException
{
    /// <summary>With the sentence that says what is wrong, and what the factory threw, if it did.</summary>
    public SessionIdFactoryException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>The engine is shutting down, or has: nothing was changed. Retry against the next instance.</summary>
public sealed class SessionsStoppingException()
    : JamSessionsException("The session engine is stopping; this request changed nothing.")
{
    internal override JamSessionsException Fresh() => new SessionsStoppingException();
}

/// <summary>The engine ended before it heard from the disk: the change may be found after the next start, or not. In a cluster: nobody has answered in time, and the change may have been made.</summary>
public sealed class SessionOutcomeUnknownException : JamSessionsException
{
    /// <summary>For an engine that ended.</summary>
    public SessionOutcomeUnknownException()
        : base("The session engine ended before the disk answered; the change may be found after the next start, or not.") { }

    internal SessionOutcomeUnknownException(string message) : base(message) { }

    internal override JamSessionsException Fresh() => new SessionOutcomeUnknownException(Message);
}

/// <summary>The engine was sent a message that is not one of its own.</summary>
public sealed class UnknownSessionMessageException : JamSessionsException
{
    /// <summary>For a message of this type.</summary>
    public UnknownSessionMessageException(Type messageType)
        : base($"The session engine does not know messages of type {messageType.FullName}.") { }
}

/// <summary>Options that cannot work, all of them at once.</summary>
public sealed class JamSessionsOptionsException : JamSessionsException
{
    /// <summary>With one sentence for each bad option.</summary>
    public JamSessionsOptionsException(IReadOnlyList<string> failures)
        : base("The options of jam.sessions cannot work:" + string.Concat(failures.Select(failure => $"{Environment.NewLine}- {failure}"))) =>
        Failures = failures;

    /// <summary>One sentence for each bad option.</summary>
    public IReadOnlyList<string> Failures { get; }
}

/// <summary>The secret is missing or malformed, does not fit the file, or the file's encryption is not what the options say.</summary>
public sealed class SessionSecretException : JamSessionsException
{
    /// <summary>With the sentence that says what is wrong.</summary>
    public SessionSecretException(string message, Exception? inner = null) : base(message, inner) { }
}
