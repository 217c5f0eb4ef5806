using System.Buffers;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>A session file and its journals, owned by this process: recovery, durable batches, snapshots.</summary>
/// <remarks>
/// <code>
/// sessions.json               what jam reads
/// sessions.json.journal-7     batches that sessions.json does not hold yet
/// sessions.json.journal-spare the file of a journal that sessions.json holds, for the next journal
/// sessions.json.lock          says who owns the file; a running engine has the lock on this and on its last journal
/// sessions.json.tmp           a snapshot being written
/// </code>
/// A snapshot begins with a new journal, so that journals before it can go once it has replaced the file. Before it replaces the file, its
/// fingerprint is written into the journal: whichever of the two files a crash leaves, recovery knows it and what it holds.
/// One thread uses a store at a time; only <see cref="SnapshotInProgress.Write"/> may run beside it.
/// </remarks>
internal sealed class SessionStore : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _path;
    private readonly string _directory;
    private readonly IDisposable _lock;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private readonly ArrayBufferWriter<byte> _line = new();
    private Journal? _journal;
    private int _journalNumber;
    private int _reusable;
    private string? _spare;
    private long _nextBatch;
    private SnapshotRef _base;
    private long _covered;
    private FileStamp? _stamp;

    internal SessionStore(IDisk disk, string path, IDisposable @lock, DocumentCodec codec, RecoveredSessions recovered)
    {
        _disk = disk;
        _path = path;
        _directory = System.IO.Path.GetDirectoryName(path)!;
        _lock = @lock;
        Codec = codec;
        Conversion = recovered.Conversion;
        ReplacedDocuments = recovered.Snapshot.Replaced;
        Found = recovered.Counts;
        (_head, _tail) = (recovered.Snapshot.Head, recovered.Snapshot.Tail);
        _base = recovered.Base;
        _covered = recovered.Base.Covers;
        _journalNumber = recovered.LastJournalNumber;
        _nextBatch = recovered.LastBatch + 1;
        _stamp = recovered.Stamp;
        UncoveredBytes = recovered.JournalBytes;
        SnapshotBytes = recovered.Snapshot.Fingerprint.Length;
        BeginJournal(recovered.LastLine.Span);
    }

    /// <summary>The JSON file.</summary>
    public string Path => _path;

    /// <summary>How documents are written.</summary>
    public DocumentCodec Codec { get; }

    /// <summary>What the files were made into when they were opened; null where they are what they were.</summary>
    public string? Conversion { get; }

    /// <summary>What the files turned out to be when they were opened.</summary>
    public DataCounts Found { get; }

    /// <summary>How many documents of the JSON file gave way to a later one with the same id.</summary>
    public int ReplacedDocuments { get; }

    /// <summary>How many journal bytes the JSON file does not hold yet.</summary>
    public long UncoveredBytes { get; private set; }

    /// <summary>The length of the JSON file.</summary>
    public long SnapshotBytes { get; private set; }

    /// <summary>Whether there are batches that the JSON file does not hold yet, or not for sure.</summary>
    public bool HasUncoveredBatches => _nextBatch - 1 > _covered;

    /// <summary>Whether files beside the JSON file may hold what it does not hold, or not any more.</summary>
    public bool HasLeftovers => HasUncoveredBatches || _spare is not null || _journal is { IsInSpare: true };

    /// <summary>The bytes of the batch that <see cref="Add"/> has begun and <see cref="Commit()"/> will end; 0 where there is none.</summary>
    public int OpenBytes { get; private set; }

    /// <summary>Whether the open batch was refused by the disk: it takes no more, and is to be committed again or discarded.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>Adds one or more changes, as <see cref="JournalEntry"/> encoded them, to the open batch.</summary>
    public void Add(ReadOnlySpan<byte> entry)
    {
        if (OpenBytes == 0)
        {
            _line.ResetWrittenCount();
            JournalFormat.BeginBatch(_line, _nextBatch);
        }
        else
        {
            _line.Write(", "u8);
        }

        _line.Write(entry);
        OpenBytes += entry.Length;
    }

    /// <summary>Makes the open batch durable: all of it, or, when this throws, none.</summary>
    /// <exception cref="SessionStoreException">
    /// The disk refused. The batch stays open, to be tried again as it is; the next call begins a new journal, in which this try is given up.
    /// </exception>
    public void Commit()
    {
        if (OpenBytes == 0)
        {
            return;
        }

        if (!WasRefused)
        {
            JournalFormat.EndBatch(_line);
        }

        WasRefused = true;
        Append(_line.WrittenSpan);
        _nextBatch++;
        UncoveredBytes += _line.WrittenCount + JournalFormat.TailLength;
        Discard();
    }

    /// <summary>Gives the open batch up.</summary>
    public void Discard() => (OpenBytes, WasRefused) = (0, false);

    /// <summary>Writes and syncs the line that names the JSON file once more, which changes nothing. Only where no batch is open.</summary>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    public void TryDisk() => Append(JournalFormat.BodyOf(_base));

    /// <summary>Begins a snapshot of the sessions as they are now.</summary>
    /// <param name="documents">The sessions.</param>
    /// <param name="eraseHistory">Whether nothing may be left afterwards of what was deleted before: then no journal lends its file to another.</param>
    /// <param name="isExact">Whether it says when each session was seen; else a touch interval more, so that touches meanwhile need not be written.</param>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    public SnapshotInProgress BeginSnapshot(Document[] documents, bool eraseHistory, bool isExact = false) => OnDisk("begin a snapshot", () =>
    {
        if (eraseHistory)
        {
            _disk.Delete(JournalFiles.SpareOf(_path));
            _spare = null;
        }

        if (_journal is not { IsOpen: true } || HasUncoveredBatches || (eraseHistory && _journal.IsInSpare))
        {
            BeginJournal();
        }

        return new SnapshotInProgress(_disk, $"{_path}.tmp", documents, (_head, _tail, Codec), NewPace(), _nextBatch - 1, _journalNumber, UncoveredBytes, eraseHistory, isExact);
    });

    /// <summary>Takes a copy of the sessions as they are now, which no file of this store holds.</summary>
    public StoreCopy BeginCopy(Document[] documents) => new(documents, (_head, _tail, Codec), NewPace());

    /// <summary>Puts a written snapshot in the place of the JSON file and removes the journals that it holds.</summary>
    /// <exception cref="SessionStoreConflictException">Somebody else changed the JSON file; it was left alone.</exception>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    public void Complete(SnapshotInProgress snapshot) => OnDisk("replace the file by its snapshot", () =>
    {
        var next = new SnapshotRef(snapshot.Covers, snapshot.Written);
        Append(JournalFormat.BodyOf(next));

        // As near to the rename as can be; after it, another program's file may be there already.
        var stamp = _disk.Stamp(snapshot.Path);
        RejectForeignChange();
        _disk.Rename(snapshot.Path, _path);
        _base = next;
        SnapshotBytes = snapshot.Written.Length;
        _stamp = stamp;
        _disk.SyncDirectory(_directory);
        _covered = next.Covers;
        UncoveredBytes -= snapshot.CoveredBytes;
        Codec.HasInexactTimes &= !snapshot.IsExact;
        RemoveJournals(before: snapshot.JournalNumber, spare: snapshot.EraseHistory ? 0 : _reusable);
        return true;
    });

    /// <summary>Writes the file anew, at once.</summary>
    /// <param name="documents">All documents.</param>
    /// <param name="isExact">See <see cref="BeginSnapshot"/>.</param>
    /// <exception cref="SessionStoreException">The disk refused; what is there is whole.</exception>
    public void Rewrite(Document[] documents, bool isExact = false)
    {
        var snapshot = BeginSnapshot(documents, eraseHistory: true, isExact);
        snapshot.Write();
        try
        {
            Complete(snapshot);
        }
        catch
        {
            snapshot.Discard();
            throw;
        }
    }

    /// <summary>Removes journals that a crash has left behind the snapshot which made them superfluous: they may hold what was to be erased.</summary>
    /// <param name="number">The last of them; 0: none.</param>
    /// <exception cref="SessionStoreException">The disk refused.</exception>
    public void RemoveCoveredJournals(int number) => OnDisk("remove a journal", () =>
    {
        if (number > 0)
        {
            // The file that holds what they hold must be there for good before they go.
            _disk.SyncDirectory(_directory);
            RemoveJournals(before: number + 1, spare: 0);
        }

        return true;
    });

    /// <summary>Lets go of the file. Journals that the JSON file holds completely are removed.</summary>
    public void Dispose()
    {
        try
        {
            _journal?.Dispose();
            _disk.Delete(JournalFiles.SpareOf(_path));
            if (!HasUncoveredBatches)
            {
                DeleteAllJournals();
            }
        }
        catch (Exception e) when (IsDiskFault(e))
        {
            // Journals that are left hold nothing that the JSON file lacks; the next start removes them.
        }
        finally
        {
            _lock.Dispose();
        }
    }

    internal static bool IsDiskFault(Exception e) => e is IOException or UnauthorizedAccessException;

    private void Append(ReadOnlySpan<byte> body)
    {
        try
        {
            if (_journal is not { IsOpen: true })
            {
                BeginJournal();
            }

            _journal!.Append(body);
        }
        catch (Exception e) when (e is not SessionStoreException)
        {
            throw Refusal("write the journal", e);
        }
    }

    private void BeginJournal(ReadOnlySpan<byte> lastBatch = default)
    {
        // The former one stays open until the next one is: no other engine starts beside an open journal.
        var former = _journal;
        var wasOpen = former is { IsOpen: true };
        (var spare, _spare) = (_spare, null);
        var (number, path) = (_journalNumber + 1, JournalFiles.PathOf(_path, _journalNumber + 1));
        try
        {
            _journal = Journal.Begin(_disk, path, spare, number, _nextBatch, _base, lastBatch, former);
            _journalNumber = number;
        }
        catch
        {
            // What failed and was deleted may be back after a power loss: under the number of its successor it cannot be, and must not be newer.
            _journalNumber = IsGone(path) ? _journalNumber : number;
            throw;
        }

        _reusable = wasOpen && former!.TryCut() ? former.Number : 0;
        former?.Dispose();
    }

    private bool IsGone(string path)
    {
        try
        {
            return _disk.Stamp(path) is null;
        }
        catch (Exception e) when (IsDiskFault(e))
        {
            return false;
        }
    }

    private Pace NewPace() => new(() => Volatile.Read(ref _nextBatch) + OpenBytes, TimeProvider.System);

    private void RejectForeignChange()
    {
        var stamp = _disk.Stamp(_path);
        if (stamp != _stamp && FingerprintOf(_path) != _base.File)
        {
            throw new SessionStoreConflictException(
                _path, "Changes are safe in the journal. Move the other program's file away, put the file back that it replaced, and restart.");
        }

        _stamp = stamp;
    }

    private Fingerprint FingerprintOf(string path)
    {
        using var file = _disk.OpenRead(path);
        var fingerprint = Fingerprint.Empty;
        var buffer = new byte[1 << 16];
        while (file?.Read(buffer, fingerprint.Length) is > 0 and var count)
        {
            fingerprint = fingerprint.With(buffer.AsSpan(0, count));
        }

        return fingerprint;
    }

    private void RemoveJournals(int before, int spare)
    {
        foreach (var (path, number) in JournalFiles.List(_disk, _path).Where(journal => journal.Number < before))
        {
            if (number == spare)
            {
                _disk.Rename(path, JournalFiles.SpareOf(_path));
                _spare = JournalFiles.SpareOf(_path);
            }
            else
            {
                _disk.Delete(path);
            }
        }
    }

    /// <summary>Oldest first, and each for good before the next one: while one is left, so is one that knows the JSON file.</summary>
    private void DeleteAllJournals()
    {
        foreach (var (path, _) in JournalFiles.List(_disk, _path))
        {
            _disk.SyncDirectory(_directory);
            _disk.Delete(path);
        }
    }

    private T OnDisk<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is not SessionStoreException)
        {
            throw Refusal(what, e);
        }
    }

    /// <remarks>Whatever it is: callers wait for an answer, and a writer that throws gives none.</remarks>
    private SessionStoreException Refusal(string what, Exception e) => new(_path, $"{_path}: the disk refused to {what} ({e.Message})", e);
}
