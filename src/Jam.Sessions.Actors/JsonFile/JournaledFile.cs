using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The JSON file and its journals as the writer drives them: a <see cref="SessionStore"/> with its documents in file order.</summary>
internal sealed class JournaledFile(SessionStore store, IReadOnlyList<Document> documents) : IJournaledStore
{
    private readonly FileOrder _order = new(documents);
    private volatile IReadOnlyList<int> _keysNeeded = KeysOf(store, store.Conversion is null ? store.Found.ByKey.Keys.Where(key => key > 0) : []);

    public string Path => store.Path;

    public int OpenBytes => store.OpenBytes;

    public bool WasRefused => store.WasRefused;

    public long UncoveredBytes => store.UncoveredBytes;

    public long SnapshotBytes => store.SnapshotBytes;

    public bool HasUncoveredBatches => store.HasUncoveredBatches;

    public bool HasLeftovers => store.HasLeftovers;

    public bool HasInexactTimes => store.Codec.HasInexactTimes;

    /// <remarks>Clearing its key does not find a document that gave way, and jam would serve it from the file.</remarks>
    public string? ReasonToRewrite =>
        store.Found.BegunLifetimes > 0 && store.Conversion is null ? $"the lives of {store.Found.BegunLifetimes} sessions begin"
        : KeysNeeded.Count > 1 ? $"data that a previous key encrypted is encrypted with session-aes-secret ({string.Join(", ", KeysNeeded.Skip(1).Select(key => $"key {key}: {store.Found.ByKey[key]} records"))})"
        : store.ReplacedDocuments > 0 ? "documents whose number a later one has as well are left out"
        : null;

    public IReadOnlyList<int> KeysNeeded => _keysNeeded;

    public ReadOnlySpan<byte> Encode(ReadOnlySpan<DocumentChange> changes) => JournalEntry.Encode(changes, store.Codec);

    public ReadOnlySpan<byte> EncodeTouch(Document session, uint until)
    {
        store.Codec.HasInexactTimes = true;
        return JournalEntry.EncodeTouch(session, until);
    }

    public void Add(ReadOnlySpan<byte> entries) => store.Add(entries);

    public void Commit() => store.Commit();

    public void Discard() => store.Discard();

    public void TryDisk() => store.TryDisk();

    public void Settle(ReadOnlySpan<DocumentChange> changes) => _order.Apply(changes);

    public ISnapshot BeginSnapshot(bool eraseHistory, bool isExact) => store.BeginSnapshot(_order.Capture(), eraseHistory, isExact);

    public IStoreCopy BeginCopy() => store.BeginCopy(_order.Capture());

    public void Complete(ISnapshot snapshot)
    {
        store.Complete((SnapshotInProgress)snapshot);
        _keysNeeded = KeysOf(store, previous: []);
    }

    public void Dispose() => store.Dispose();

    private static IReadOnlyList<int> KeysOf(SessionStore store, IEnumerable<int> previous) => store.Codec.IsEncrypted ? [0, .. previous] : [];
}
