using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Cli.Rows;

/// <summary>What PostgreSQL, or the way to it, had against something.</summary>
internal static class Faults
{
    /// <summary>What is safe to show: no connection string, no value.</summary>
    public static string InWords(Exception fault) => fault is PostgresException refusal
        ? $"PostgreSQL refuses: {refusal.MessageText} (SQLSTATE {refusal.SqlState})."
        : $"PostgreSQL cannot be reached, or its answer was lost ({(fault.InnerException ?? fault).GetType().Name}). Look at the connection string, and whether the server runs. What was committed stays; to call the command again is safe.";

    public static int CodeOf(Exception fault) => fault is not PostgresException refusal || IsClosedDoor(refusal.SqlState) ? ExitCode.Unreachable : ExitCode.Failed;

    /// <summary>Whether others were in the way, and to try again may help.</summary>
    public static bool IsContention(PostgresException refusal) => refusal.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>The server ends the connection, starts or stops, has no room, does not know the database, or lets the user not in.</summary>
    private static bool IsClosedDoor(string state) => state.AsSpan(0, Math.Min(2, state.Length)) is "08" or "28" or "3D" or "53" || state.StartsWith("57P", StringComparison.Ordinal);
}
