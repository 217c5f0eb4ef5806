namespace Jam.Sessions.Actors.Telemetry;

/// <summary>Names of instruments, spans and tags. None of them ever carries an id, a key or data.</summary>
internal static class Names
{
    /// <summary>Of the meter and of the activity source.</summary>
    public const string Source = "Jam.Sessions.Actors";

    public const string Active = "jam.sessions.active";
    public const string Keys = "jam.sessions.keys";
    public const string KeyActors = "jam.sessions.key_actors";
    public const string Reads = "jam.sessions.reads";
    public const string UnknownIds = "jam.sessions.unknown_ids";
    public const string CommandDuration = "jam.sessions.command.duration";
    public const string Created = "jam.sessions.created";
    public const string Ended = "jam.sessions.ended";
    public const string LimitRejections = "jam.sessions.limit.rejections";
    public const string CommitDuration = "jam.sessions.commit.duration";
    public const string CommitChanges = "jam.sessions.commit.changes";
    public const string CommitFailures = "jam.sessions.commit.failures";
    public const string CommitWait = "jam.sessions.commit.wait";
    public const string JournalSize = "jam.sessions.journal.size";
    public const string FileSize = "jam.sessions.file.size";
    public const string SnapshotDuration = "jam.sessions.snapshot.duration";
    public const string SnapshotFailures = "jam.sessions.snapshot.failures";
    public const string SweepDuration = "jam.sessions.sweep.duration";
    public const string Health = "jam.sessions.health";
    public const string EncryptionKeysNeeded = "jam.sessions.encryption.keys_needed";

    public const string StoreTag = "jam.sessions.store";
    public const string CommandTag = "jam.sessions.command";
    public const string ResultTag = "jam.sessions.result";
    public const string ReasonTag = "jam.sessions.reason";
    public const string LimitTag = "jam.sessions.limit";
    public const string ErrorTag = "error.type";
}
