using Akka.Actor;
using Jam.Sessions.Actors.Storage;

namespace Jam.Sessions.Actors.Engine;

// What the persistence actor is told by the queue and by itself.

/// <summary>Somebody waits for what is in the queue: write it.</summary>
internal sealed record WriteBatch : INoSerializationVerificationNeeded
{
    public static readonly WriteBatch Instance = new();
}

/// <summary>Relaxed durability: the queue holds what was acknowledged; write it when the flush interval is over.</summary>
internal sealed record CollectBatch : INoSerializationVerificationNeeded
{
    public static readonly CollectBatch Instance = new();
}

/// <summary>The snapshot interval is over.</summary>
internal sealed record SnapshotDue : INoSerializationVerificationNeeded
{
    public static readonly SnapshotDue Instance = new();
}

/// <summary>The temporary file is complete.</summary>
internal sealed record SnapshotWritten(Fingerprint File) : INoSerializationVerificationNeeded;

/// <summary>The temporary file could not be written.</summary>
internal sealed record SnapshotFailed(Exception Reason) : INoSerializationVerificationNeeded;
