using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>A snapshot between its beginning and its end: the sessions of one instant, on their way into a temporary file.</summary>
/// <param name="disk">Where.</param>
/// <param name="path">The temporary file.</param>
/// <param name="documents">All documents of that instant.</param>
/// <param name="frame">What stands around them, and how they are written.</param>
/// <param name="pace">How fast.</param>
/// <param name="covers">The last batch that they hold.</param>
/// <param name="journalNumber">The journal that begins after that batch.</param>
/// <param name="coveredBytes">How many journal bytes they make superfluous.</param>
/// <param name="eraseHistory">Whether the journals that they make superfluous must be gone, and not wait for another use.</param>
/// <param name="isExact">Whether it says when each session was seen, see <see cref="StoredExtra.Of"/>.</param>
internal sealed class SnapshotInProgress(
    IDisk disk,
    string path,
    Document[] documents,
    (byte[] Head, byte[] Tail, DocumentCodec Codec) frame,
    Pace pace,
    long covers,
    int journalNumber,
    long coveredBytes,
    bool eraseHistory,
    bool isExact) : ISnapshot
{
    public string Path => path;

    public long Covers => covers;

    public int JournalNumber => journalNumber;

    public long CoveredBytes => coveredBytes;

    public bool EraseHistory => eraseHistory;

    public bool IsExact => isExact;

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public Fingerprint Written { get; private set; }

    public void Write()
    {
        try
        {
            disk.Delete(path);
            using var file = disk.Create(path);
            Written = SnapshotWriter.Write(file, frame.Head, documents, frame.Tail, frame.Codec, pace, isExact);
        }
        catch (Exception e) when (e is not SessionStoreException)
        {
            Discard();
            throw new SessionStoreException(path, $"{path}: the disk refused to write a snapshot ({e.Message})", e);
        }
    }

    /// <summary>Whoever waits for it wants it more than others want the processor.</summary>
    public void Hurry() => pace.Hurry();

    public void Discard()
    {
        try
        {
            disk.Delete(path);
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            // The next snapshot or start removes it.
        }
    }
}
