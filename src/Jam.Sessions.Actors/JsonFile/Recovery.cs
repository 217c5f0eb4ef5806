using System.Buffers;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Opens a session file: locks it, reads it, replays its journals. Nothing is written before all of that has worked.</summary>
internal static class Recovery
{
    /// <returns>The store, and the documents in file order.</returns>
    /// <exception cref="SessionStoreException">The file cannot be opened, or is damaged, locked or in conflict with its journals.</exception>
    /// <exception cref="SessionSecretException">The secret does not fit the file.</exception>
    public static (SessionStore Store, IReadOnlyList<Document> Documents) Open(IDisk disk, string path, DocumentCodec codec, string holder, bool allowForeign = false)
    {
        try
        {
            ValidatePath(path);
            var @lock = Lock(disk, path, holder);
            try
            {
                return OpenLocked(disk, path, @lock, codec, allowForeign);
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            throw new SessionStoreException(path, $"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads what <see cref="Open"/> would read, and writes nothing.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The session file.</param>
    /// <param name="codec">Reads documents.</param>
    /// <param name="holder">Who reads, and keeps others from the file meanwhile; null: nothing is locked, and where somebody writes meanwhile, the answer is of no use.</param>
    /// <param name="allowForeign">Whether to take JSON that holds no table of TinyDB.</param>
    /// <param name="isChecked">Whether secret and mode must fit; else whoever calls looks at what was met.</param>
    /// <exception cref="SessionStoreException">As for <see cref="Open"/>.</exception>
    /// <exception cref="SessionSecretException">The secret does not fit the file.</exception>
    public static RecoveredSessions Read(IDisk disk, string path, DocumentCodec codec, string? holder, bool allowForeign = false, bool isChecked = true)
    {
        try
        {
            ValidatePath(path);
            using var @lock = holder is null ? null : Lock(disk, path, holder);
            using var journals = holder is null ? LockedJournals.Look(disk, path) : LockedJournals.Take(disk, path);
            return Recover(disk, path, journals, codec, allowForeign, isChecked);
        }
        catch (Exception e) when (SessionStore.IsDiskFault(e))
        {
            throw new SessionStoreException(path, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Takes the lock that says who owns a session file.</summary>
    /// <exception cref="SessionStoreLockedException">Somebody else has it; it names the session file, not that of the lock.</exception>
    public static IDisposable Lock(IDisk disk, string path, string holder)
    {
        try
        {
            return disk.Lock($"{path}.lock", holder);
        }
        catch (SessionStoreLockedException e)
        {
            throw new SessionStoreLockedException(path, e.Holder);
        }
    }

    /// <remarks>
    /// The lock alone proves nothing: somebody may have removed its file under a running engine. Only when all journals are locked as well, and the
    /// next one was created, is it certain that no other engine runs; until then nothing is removed or changed.
    /// </remarks>
    private static (SessionStore Store, IReadOnlyList<Document> Documents) OpenLocked(
        IDisk disk, string path, IDisposable @lock, DocumentCodec codec, bool allowForeign)
    {
        using var journals = LockedJournals.Take(disk, path);
        var recovered = Recover(disk, path, journals, codec, allowForeign, isChecked: true);
        journals.VerifySoleOwner();
        var store = new SessionStore(disk, path, @lock, codec, recovered);
        try
        {
            disk.Delete($"{path}.tmp");
            disk.Delete(JournalFiles.SpareOf(path));
            if (recovered.Stamp is not null)
            {
                disk.MakePrivate(path);
            }

            store.RemoveCoveredJournals(recovered.CoveredUpTo);
            if (recovered.Conversion is not null)
            {
                store.Rewrite([.. recovered.Documents]);
            }

            return (store, recovered.Documents);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static void ValidatePath(string path)
    {
        if (Directory.Exists(path))
        {
            throw new SessionStoreException(path, $"{path} is a directory; json-path must name a file.");
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            throw new SessionStoreException(path, $"The directory {directory} does not exist; create it, or set json-path to another place.");
        }
    }

    private static RecoveredSessions Recover(IDisk disk, string path, LockedJournals locked, DocumentCodec codec, bool allowForeign, bool isChecked)
    {
        var reader = codec.NewReader();
        var journals = locked.All.Select(journal => (Summary: JournalReader.Read(journal.Path, journal.File), journal.File))
            .Where(journal => journal.Summary is not null).Select(journal => (Summary: journal.Summary!, journal.File)).ToList();
        var summaries = journals.ConvertAll(journal => journal.Summary);
        var stamp = disk.Stamp(path);
        if (stamp is not null && locked.AreLocked)
        {
            disk.RequireReplaceable(path);
        }

        var snapshot = SnapshotReader.Read(disk, path, reader, allowForeign: allowForeign);
        var @base = BaseOf(path, snapshot.Fingerprint, summaries);
        var (documents, lastBatch, lastLine) = Replay(snapshot.Documents, journals, @base.Covers, reader);
        if (isChecked)
        {
            reader.Validate(path);
        }

        return new RecoveredSessions(
            snapshot,
            stamp,
            documents,
            @base,
            lastBatch,
            lastLine,
            LastJournalNumber: locked.LastNumber,
            JournalBytes: summaries.Sum(journal => journal.Length),
            CoveredUpTo: CoveredUpTo(summaries, @base.Covers, locked),
            reader.Conversion,
            reader.Counts);
    }

    /// <summary>The last journal before the first one that holds something which the JSON file lacks; what was never finished or was given up is nothing.</summary>
    private static int CoveredUpTo(List<JournalSummary> journals, long covers, LockedJournals locked)
    {
        for (var i = 0; i < journals.Count; i++)
        {
            var givenUpFrom = i + 1 < journals.Count ? journals[i + 1].First : long.MaxValue;
            if (Math.Min(journals[i].Last, givenUpFrom - 1) > covers)
            {
                return locked.NumberOf(journals[i].Path) - 1;
            }
        }

        return locked.LastNumber;
    }

    private static SnapshotRef BaseOf(string path, Fingerprint file, List<JournalSummary> journals)
    {
        var known = journals.SelectMany(journal => journal.Bases).ToList();
        if (known.Where(candidate => candidate.File == file).Select(candidate => (SnapshotRef?)candidate).MaxBy(candidate => candidate!.Value.Covers) is { } @base)
        {
            return @base;
        }

        if (journals.Any(journal => journal.Batches > 0))
        {
            var names = string.Join(", ", journals.Select(journal => Path.GetFileName(journal.Path)));
            throw new SessionStoreConflictException(
                path, $"To keep those changes, put back the file that the journal belongs to; to give them up, move {names} away.");
        }

        return new SnapshotRef(journals.Count > 0 ? journals.Max(journal => journal.First) - 1 : 0, file);
    }

    /// <remarks>
    /// The last batch may be known to the kernel alone: written, and not synced before the process was killed. It is served from now on, so the
    /// store repeats it in its own journal; every batch before it was synced before the next one was written.
    /// </remarks>
    private static (IReadOnlyList<Document> Documents, long LastBatch, ReadOnlyMemory<byte> LastLine) Replay(
        List<Document> documents, List<(JournalSummary Summary, IDiskFile File)> journals, long covers, DocumentReader reader)
    {
        var last = covers;
        var lastLine = new ArrayBufferWriter<byte>();
        var replay = new DocumentReplay(documents, reader.Now);
        for (var i = 0; i < journals.Count; i++)
        {
            var (journal, file) = journals[i];
            var givenUpFrom = i + 1 < journals.Count ? journals[i + 1].Summary.First : long.MaxValue;
            JournalReader.Read(journal.Path, file, (long batch, ref JsonScanner changes, ReadOnlySpan<byte> line) =>
            {
                if (batch <= last || batch >= givenUpFrom)
                {
                    return;
                }

                if (batch != last + 1)
                {
                    throw new JsonDamage(0, $"batch {last + 1} is missing; batch {batch} follows batch {last}");
                }

                JournalEntry.Decode(line, ref changes, reader, replay);
                last = batch;
                lastLine.ResetWrittenCount();
                lastLine.Write(line);
            });
            ValidateSequence(journal, last);
        }

        return (replay.Documents(), last, lastLine.WrittenMemory);
    }

    /// <summary>
    /// A journal begins where the one before it ended: one that holds nothing tells all the same that a batch before it was lost. Only a journal
    /// that was to repeat that batch, and does not hold it, was never finished: nothing was served from it.
    /// </summary>
    private static void ValidateSequence(JournalSummary journal, long last)
    {
        if (journal.First > last + 1 && !(journal.Repeats && journal.Batches == 0))
        {
            throw new SessionStoreCorruptException(
                journal.Path,
                0,
                $"batch {last + 1} is missing; the journal begins with batch {journal.First}",
                "Restore the journal before it from a backup, or move it away to go on without its changes.");
        }
    }
}

/// <summary>What recovery found.</summary>
/// <param name="Snapshot">The JSON file.</param>
/// <param name="Stamp">How the disk knows it; null where there is none.</param>
/// <param name="Documents">All documents, in file order.</param>
/// <param name="Base">The JSON file as a journal names it.</param>
/// <param name="LastBatch">The last batch.</param>
/// <param name="LastLine">That one, to be repeated; empty where the JSON file holds it.</param>
/// <param name="LastJournalNumber">The last journal; 0: none.</param>
/// <param name="JournalBytes">What all journals hold.</param>
/// <param name="CoveredUpTo">Journals up to this number hold nothing that the JSON file lacks; 0: none.</param>
/// <param name="Conversion">What the files are to be made into; null where they stay what they are.</param>
/// <param name="Counts">What they turned out to be.</param>
internal sealed record RecoveredSessions(
    Snapshot Snapshot,
    FileStamp? Stamp,
    IReadOnlyList<Document> Documents,
    SnapshotRef Base,
    long LastBatch,
    ReadOnlyMemory<byte> LastLine,
    int LastJournalNumber,
    long JournalBytes,
    int CoveredUpTo,
    string? Conversion,
    DataCounts Counts);
