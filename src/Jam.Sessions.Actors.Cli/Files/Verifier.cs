using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Stores;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>What a start would do with a store: found out by the start's own reading, without a lock and without a byte written.</summary>
internal static class Verifier
{
    // A store that is written meanwhile is read again; so often it does not happen by chance.
    private const int Tries = 5;

    // So many documents are named.
    private const int MaxNamed = 100;

    /// <param name="target">The store.</param>
    /// <param name="mayAsk">Whether somebody can be asked for a secret; else that it is needed is the verdict.</param>
    /// <exception cref="AdminRefusal">Somebody writes it all the time.</exception>
    public static Verdict Verify(StoreTarget target, bool mayAsk = false)
    {
        for (var i = 0; i < Tries; i++)
        {
            var before = Signs(target);
            var verdict = VerifyOnce(target, mayAsk);
            if (Signs(target).SequenceEqual(before))
            {
                return verdict;
            }
        }

        throw new AdminRefusal(
            AdminRefusalKind.Locked,
            $"{target.Path} is being written, so it cannot be read as it stands. Set admin-socket = on in its host, and it is verified from a fresh backup; or stop the host.");
    }

    private static Verdict VerifyOnce(StoreTarget target, bool mayAsk)
    {
        try
        {
            if (!OfflineStore.IsThere(target))
            {
                return new Verdict("absent", ExitCode.Partly, "There is no file and no journal. A start would begin an empty store.");
            }

            return target.SaysMode ? Of(Read(target, target.Codec(target.HostsConversions)), target) : target.WithSecret(codec => Of(Read(target, codec), target));
        }
        catch (SessionStoreConflictException e)
        {
            return new Verdict("conflict", ExitCode.Damaged, e.Message);
        }
        catch (SessionStoreCorruptException e)
        {
            return new Verdict("damaged", ExitCode.Damaged, e.Message) { DamagedFile = e.Path, DamagedAt = e.Offset };
        }
        catch (SessionStoreException e)
        {
            return new Verdict("refused", ExitCode.Failed, e.Message);
        }
        catch (SessionSecretException e)
        {
            var found = target.Find();
            return new Verdict(found is null || found == target.Mode ? "wrong-secret" : "wrong-mode", ExitCode.WrongSecret, e.Message) { Mode = found };
        }
        catch (SecretNeeded e) when (!mayAsk)
        {
            return new Verdict("needs-secret", ExitCode.WrongSecret, e.Message) { Mode = target.Find() };
        }
    }

    private static RecoveredSessions Read(StoreTarget target, DocumentCodec codec) =>
        Recovery.Read(target.Disk, target.Path, codec, holder: null, target.Options.AllowForeignFile);

    private static Verdict Of(RecoveredSessions read, StoreTarget target)
    {
        var ring = target.Ring();
        var opaque = read.Documents.Where(document => document.IsOpaque).ToList();
        var unreadable = read.Documents.Where(document => !document.IsOpaque && !document.IsReadable).ToList();
        var changed = unreadable.Where(document => WasChanged(document, ring)).ToList();
        var isWhole = opaque.Count + unreadable.Count == 0;
        return new Verdict(isWhole ? "sound" : "partly", isWhole ? ExitCode.Done : ExitCode.Partly, (isWhole ? "A start would serve all of it." : "A start would work, keep all of it, and not serve what is named here.") + (read.Conversion is { } conversion ? $" It would convert the file: {conversion}." : ""))
        {
            Served = read.Documents.Count - opaque.Count,
            Mode = StoreMode.Of(read.Counts) ?? (target.SaysMode ? target.Mode : null),
            Keys = [.. read.Counts.ByKey.Select(key => (KeyRing.NameOf(key.Key), key.Value))],
            Changed = (changed.Count, Names(changed)),
            KeptNotServed = (opaque.Count, Names(opaque)),
            Unreadable = (unreadable.Count, Names(unreadable)),
            Replaced = read.Snapshot.Replaced,
            JournalBytes = read.JournalBytes,
        };
    }

    /// <summary>Whether a key that is given made the document's data, which it cannot read where the document stands now, or as it is.</summary>
    private static bool WasChanged(Document document, KeyRing? ring)
    {
        if (ring is null || document.Raw is null)
        {
            return false;
        }

        var scanner = new JsonScanner(document.Raw);
        return new DocumentReader(null).ReadFields(document.DocumentId, ref scanner) is var fields && ring.Made(fields.Data.Utf8.Span);
    }

    private static IReadOnlyList<string> Names(List<Document> documents) =>
        documents.Take(MaxNamed).Select(document => document.DocumentId is Document.NoDocumentId ? "(a name that is no number)" : LargeDocumentIds.TextOf(document.DocumentId)).ToList();

    private static List<(string, FileStamp?)> Signs(StoreTarget target)
    {
        var directory = Path.GetDirectoryName(target.Path)!;
        return Directory.Exists(directory)
            ? [.. JournalFiles.List(target.Disk, target.Path).Select(journal => journal.Path).Append(target.Path).Select(path => (path, target.Disk.Stamp(path)))]
            : [];
    }
}

/// <summary>What verify found.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="ExitCode">What the tool ends with.</param>
/// <param name="Message">What that means.</param>
internal sealed record Verdict(string Outcome, int ExitCode, string Message)
{
    public int Served { get; init; }

    /// <summary>The mode that the file is in; null where that is not known.</summary>
    public StoreMode? Mode { get; init; }

    /// <summary>The keys that are needed, by their options, and how many documents each reads.</summary>
    public IReadOnlyList<(string Name, int Documents)> Keys { get; init; } = [];

    /// <summary>Of those that cannot be read: bound to their records, and changed or moved.</summary>
    public (int Count, IReadOnlyList<string> Documents) Changed { get; init; } = (0, []);

    public (int Count, IReadOnlyList<string> Documents) KeptNotServed { get; init; } = (0, []);

    public (int Count, IReadOnlyList<string> Documents) Unreadable { get; init; } = (0, []);

    public int Replaced { get; init; }

    public long JournalBytes { get; init; }

    public string? DamagedFile { get; init; }

    public long? DamagedAt { get; init; }
}
