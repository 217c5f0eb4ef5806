using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>What <see cref="CommitWriter"/> writes to: a file that takes batches into a journal and is rewritten from time to time.</summary>
/// <remarks>One thread at a time uses it, but for <see cref="Encode"/> and <see cref="ISnapshot.Write"/>, which may run beside it.</remarks>
internal interface IJournaledStore : IDisposable
{
    /// <summary>The file, for messages.</summary>
    string Path { get; }

    /// <summary>Changes as the journal holds them. Any thread may call it.</summary>
    /// <returns>Valid until the next call on the same thread.</returns>
    ReadOnlySpan<byte> Encode(ReadOnlySpan<DocumentChange> changes);

    /// <summary>That a session was seen, as the journal holds it. Any thread may call it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="until">Unix seconds.</param>
    /// <returns>Valid until the next call on the same thread.</returns>
    ReadOnlySpan<byte> EncodeTouch(Document session, uint until);

    /// <summary>The bytes that <see cref="Add"/> took and <see cref="Commit"/> has not made durable.</summary>
    int OpenBytes { get; }

    /// <summary>Whether the open batch was refused by the disk: it takes no more, and is to be committed again or discarded.</summary>
    bool WasRefused { get; }

    /// <summary>Adds encoded changes to the open batch.</summary>
    void Add(ReadOnlySpan<byte> entries);

    /// <summary>Makes the open batch durable: all of it, or, when this throws, none.</summary>
    /// <exception cref="SessionStoreException">The disk refused. The batch stays open.</exception>
    void Commit();

    /// <summary>Gives the open batch up.</summary>
    void Discard();

    /// <summary>Writes and syncs a line that changes nothing, to see whether the disk takes it. Only where no batch is open.</summary>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    void TryDisk();

    /// <summary>These changes belong to the next snapshot: they are durable, or will be.</summary>
    void Settle(ReadOnlySpan<DocumentChange> changes);

    /// <summary>Why the file should be rewritten although nothing has changed; null where it need not be.</summary>
    string? ReasonToRewrite { get; }

    /// <summary>The keys of the ring, by their places, without which some session could not be read: that of new data first. Any thread may ask.</summary>
    IReadOnlyList<int> KeysNeeded { get; }

    /// <summary>How many journal bytes a snapshot would make superfluous.</summary>
    long UncoveredBytes { get; }

    /// <summary>The length of the file.</summary>
    long SnapshotBytes { get; }

    /// <summary>Whether the journal holds what the file does not hold for sure.</summary>
    bool HasUncoveredBatches { get; }

    /// <summary>Whether anything beside the file may hold what the file does not, or not any more.</summary>
    bool HasLeftovers { get; }

    /// <summary>Whether the file or its journal has sessions seen later than they were, as it may be while the engine runs.</summary>
    bool HasInexactTimes { get; }

    /// <summary>Begins a snapshot of what was settled.</summary>
    /// <param name="eraseHistory">Whether nothing may be left afterwards of what was deleted before; a busy store uses its journals' files again instead.</param>
    /// <param name="isExact">Whether it is the last one, and says when each session was seen.</param>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    ISnapshot BeginSnapshot(bool eraseHistory, bool isExact);

    /// <summary>Takes a copy of what was settled, for a backup.</summary>
    IStoreCopy BeginCopy();

    /// <summary>Puts a written snapshot in the place of the file.</summary>
    /// <exception cref="SessionStoreException">The disk refused, or somebody else changed the file.</exception>
    void Complete(ISnapshot snapshot);
}

/// <summary>A snapshot between its beginning and its end.</summary>
internal interface ISnapshot
{
    /// <summary>The last batch that it holds.</summary>
    long Covers { get; }

    /// <summary>Writes and syncs the temporary file.</summary>
    /// <exception cref="SessionStoreException">The disk refused; the temporary file is removed.</exception>
    void Write();

    /// <summary>Somebody waits for it.</summary>
    void Hurry();

    /// <summary>Removes the temporary file.</summary>
    void Discard();
}

/// <summary>The sessions of one instant, to be written as a session file somewhere else. The store goes on meanwhile.</summary>
internal interface IStoreCopy
{
    /// <summary>How many documents it has.</summary>
    int Count { get; }

    /// <summary>Writes it once, on any thread.</summary>
    /// <returns>The length of what was written, and its CRC-32C.</returns>
    (long Length, uint Checksum) WriteTo(Stream output);
}
