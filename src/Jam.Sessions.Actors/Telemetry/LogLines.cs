using Akka.Event;

namespace Jam.Sessions.Actors.Telemetry;

/// <summary>A line that the engine writes into the log: its number, which stays the same in all releases, its level, and its text.</summary>
internal sealed class LogLine(int id, LogLevel level, string text)
{
    public int Id => id;

    public LogLevel Level => level;

    public string Text => text;

    /// <summary>The text as a template: the prefix that all lines have, and the number as a property of its own.</summary>
    public string Template { get; } = $"jam.sessions: {text} (event {{EventId}})";
}

/// <summary>Every line that the engine writes. What to do about each stands in <c>docs/logs.md</c>.</summary>
internal static class LogLines
{
    // The start.
    public static readonly LogLine Opened = new(101, LogLevel.InfoLevel, "{Path} is open with {Count} sessions");
    public static readonly LogLine OpenedEmpty = new(102, LogLevel.InfoLevel, "{Path} is new, or has no bytes; it begins empty");
    public static readonly LogLine OddDocuments = new(103, LogLevel.WarningLevel, "{Path} has documents that are not what a session is. All of them are kept as they are. {Differences}. Update or delete them, or restore the key that they were encrypted with");
    public static readonly LogLine InMemory = new(104, LogLevel.InfoLevel, "sessions are kept in memory alone, and end with the engine");
    public static readonly LogLine WeakFileSystem = new(105, LogLevel.WarningLevel, "{Warning}");
    public static readonly LogLine WrittenAnew = new(106, LogLevel.InfoLevel, "{Path} is written anew: {Reason}");
    public static readonly LogLine Converted = new(107, LogLevel.InfoLevel, "{Path} was converted: {Conversion}");
    public static readonly LogLine KeyNotNeeded = new(108, LogLevel.InfoLevel, "key {Key} of previous-session-aes-secrets is no longer needed: nothing in {Path} is encrypted with it");

    // The disk.
    public static readonly LogLine DiskRefuses = new(201, LogLevel.ErrorLevel, "the disk refused changes; callers that wait were told, what relaxed durability has acknowledged is tried again. Free or mend the disk");
    public static readonly LogLine DiskTakes = new(202, LogLevel.InfoLevel, "{Path}: the disk takes changes again");
    public static readonly LogLine SnapshotDone = new(203, LogLevel.InfoLevel, "{Path} holds all changes up to batch {Batch}");
    public static readonly LogLine SnapshotFailed = new(204, LogLevel.ErrorLevel, "no snapshot of {Path}; the journal keeps every change, and it is tried again later");
    public static readonly LogLine LetGoBadly = new(205, LogLevel.ErrorLevel, "{Path} could not be let go of properly; everything acknowledged is in it or in its journal");

    // Faults of the engine itself.
    public static readonly LogLine CommandFault = new(301, LogLevel.ErrorLevel, "{Command} failed unexpectedly; its caller got the fault, nothing was changed");
    public static readonly LogLine EncodingFault = new(302, LogLevel.ErrorLevel, "a batch could not be encoded; its callers got the fault, nothing was changed");
    public static readonly LogLine PublishFault = new(303, LogLevel.ErrorLevel, "a durable batch could not be published; restart the engine");
    public static readonly LogLine SweepFault = new(304, LogLevel.ErrorLevel, "a sweep failed unexpectedly; what has ended is dead without it, and the next one is made");
    public static readonly LogLine ManagerFault = new(305, LogLevel.ErrorLevel, "the manager failed on {Message}; its sender got the fault, nothing else is affected");

    // The end.
    public static readonly LogLine Draining = new(401, LogLevel.InfoLevel, "draining, {Keys} key actors are busy");
    public static readonly LogLine DrainCut = new(402, LogLevel.ErrorLevel, "{Keys} keys have commands without an answer after {Timeout}; nothing that was acknowledged is lost");
    public static readonly LogLine Stopped = new(403, LogLevel.InfoLevel, "stopped; everything acknowledged is in the JSON file");
    public static readonly LogLine StoppedShort = new(404, LogLevel.ErrorLevel, "stopped, and the JSON file could not be written: {Shortfall}");

    // From outside.
    public static readonly LogLine ShortIds = new(502, LogLevel.WarningLevel, "the id factory makes ids of {Length} characters; an id must be unguessable, which takes 128 random bits or 22 characters. SessionIds.Random256 makes such");
    public static readonly LogLine Replayed = new(503, LogLevel.WarningLevel, "session {Handle} was asked for by an id that a rework had ended: a client that is confused, or a stolen id. on-replay = {Policy}");
    public static readonly LogLine Guessing = new(501, LogLevel.WarningLevel, "{Count} look-ups of ids that were never issued, and guessing-alarm-per-minute is {Rate}: somebody guesses ids, or many clients have cookies of sessions that ended long ago. Look at the addresses that they come from");

    // Operators.
    public static readonly LogLine AdminSocketOpen = new(601, LogLevel.InfoLevel, "the admin socket is {Path}");
    public static readonly LogLine AdminRefusedConnection = new(602, LogLevel.WarningLevel, "the admin socket could not take a connection ({Reason})");
    public static readonly LogLine AdminStranger = new(603, LogLevel.WarningLevel, "admin: user {User} is not the engine's, and was refused");
    public static readonly LogLine AdminDone = new(604, LogLevel.InfoLevel, "admin: user {User}: {Command}, {Count} sessions");
    public static readonly LogLine AdminFailed = new(605, LogLevel.WarningLevel, "admin: user {User}: {Command} failed: {Reason}");
}

/// <summary>Writes the engine's lines into Akka's log, which the host may have turned into its own.</summary>
internal sealed class EngineLog(ILoggingAdapter log)
{
    public void Write(LogLine line, params object[] values) => Write(cause: null, line, values);

    public void Write(Exception? cause, LogLine line, params object[] values)
    {
        if (log.IsEnabled(line.Level))
        {
            log.Log(line.Level, cause, line.Template, [.. values, line.Id]);
        }
    }
}
