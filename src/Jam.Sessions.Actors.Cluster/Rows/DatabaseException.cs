using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>What became of statements that did not succeed.</summary>
internal enum DatabaseFault
{
    /// <summary>Nothing of them counts: the server is away.</summary>
    Away,

    /// <summary>Nothing of them counts: the server refused.</summary>
    Refused,

    /// <summary>Nothing of them counts: they took too long, and the server ended them.</summary>
    TimedOut,

    /// <summary>An id is taken; nothing counts.</summary>
    Duplicate,

    /// <summary>Others were in the way; nothing counts, and to try again may help.</summary>
    Contended,

    /// <summary>The connection ended before the server answered.</summary>
    Unknown,
}

/// <summary>Statements that did not succeed. The message holds no value of theirs.</summary>
internal sealed class DatabaseException : Exception
{
    private DatabaseException(DatabaseFault fault, string message, Exception? inner) : base(message, inner) => Fault = fault;

    public DatabaseFault Fault { get; }

    public static DatabaseException Away(Exception? cause = null) => new(DatabaseFault.Away, "PostgreSQL cannot be reached; nothing was changed.", cause);

    public static DatabaseException Unknown(Exception cause) => new(DatabaseFault.Unknown, "The connection to PostgreSQL ended before it answered.", cause);

    public static DatabaseException Unreadable(Exception cause, bool isOutcomeKnown) =>
        new(isOutcomeKnown ? DatabaseFault.Refused : DatabaseFault.Unknown, $"The tables hold something that this build cannot read ({cause.GetType().Name}).", cause);

    public static DatabaseException Refused(PostgresException e) => new(
        e.SqlState switch
        {
            PostgresErrorCodes.QueryCanceled => DatabaseFault.TimedOut,
            PostgresErrorCodes.UniqueViolation => DatabaseFault.Duplicate,
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => DatabaseFault.Contended,
            _ => DatabaseFault.Refused,
        },
        $"PostgreSQL {(e.SqlState == PostgresErrorCodes.QueryCanceled ? "ended what took longer than CallTimeout lets it" : "refused")} (SQLSTATE {e.SqlState}); nothing was changed.",
        e);

    /// <summary>What a host hears where a change may have been made, or not.</summary>
    public static SessionOutcomeUnknownException OutcomeUnknown() =>
        new("The connection to the owner or to PostgreSQL ended before the change was answered; it may have been made, or not.");

    /// <summary>As a host hears it, where nothing was changed.</summary>
    public SessionStoreException ForHost() => new("postgresql", Message, InnerException);
}
