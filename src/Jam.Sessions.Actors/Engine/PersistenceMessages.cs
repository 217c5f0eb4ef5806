using Akka.Actor;
using Jam.Sessions.Actors.Storage;

namespace Jam.Sessions.Actors.Engine;

// What the persistence actor tells itself.

/// <summary>To itself: write what waits.</summary>
internal sealed record WriteBatch : INoSerializationVerificationNeeded
{
    public static readonly WriteBatch Instance = new();
}

/// <summary>Relaxed durability: the flush interval is over.</summary>
internal sealed record SyncDue : INoSerializationVerificationNeeded
{
    public static readonly SyncDue Instance = new();
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
