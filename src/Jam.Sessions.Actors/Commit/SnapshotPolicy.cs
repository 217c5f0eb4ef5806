namespace Jam.Sessions.Actors.Commit;

/// <summary>When a snapshot pays: the journal is as long as the file, and long enough; after one that failed, only once it has grown again.</summary>
/// <param name="journalBytes">What is long enough.</param>
internal struct SnapshotPolicy(long journalBytes)
{
    private long _notBefore;

    /// <param name="uncoveredBytes">How many journal bytes a snapshot makes superfluous.</param>
    /// <param name="snapshotBytes">How long the file is.</param>
    public readonly bool IsDue(long uncoveredBytes, long snapshotBytes) => uncoveredBytes >= Math.Max(Math.Max(journalBytes, snapshotBytes), _notBefore);

    public void Succeeded() => _notBefore = 0;

    public void Failed(long uncoveredBytes) => _notBefore = uncoveredBytes + journalBytes;
}
