using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>What must hold for any bytes in the place of a session file and its journals.</summary>
internal static class StoreOracle
{
    public static readonly string SessionFile = Path.Combine(Path.GetTempPath(), "jam-sessions-fuzz.json");

    private static readonly Fernet Cipher = Fernet.FromKey(Seeds.Key, TimeProvider.System);

    /// <summary>The first byte of an input says how the store is opened: plain, encrypted, or plain to be encrypted.</summary>
    public static DocumentCodec Codec(byte mode) => (mode % 4) switch
    {
        2 => new DocumentCodec(KeyRing.Of(Cipher)),
        3 => new DocumentCodec(KeyRing.Of(Cipher), Conversions.PlainToEncrypted),
        _ => new DocumentCodec(null),
    };

    public static string Check(MemoryDisk disk, byte mode)
    {
        var before = disk.Copy();
        if (!TryOpen(disk, mode, out var store, out var documents, out var refusal))
        {
            Require(disk.IsSameAs(before), "a refused store was changed");
            Require(!disk.IsLocked, "a refused store stays locked");
            return refusal;
        }

        // The process ends here: the next one finds what it left behind.
        RequireUntouched(before, disk.Copy(), isConverted: store!.Conversion is not null);
        RequireSame(documents, Reopen(disk.Copy(), mode), "a second start finds other sessions");

        // A change is found again, from the journal and from the snapshot.
        var newId = new SessionTable(documents).NewDocumentId();
        foreach (var document in documents)
        {
            _ = document.CreatedAt;
        }

        var added = new Document("fuzz-id", "fuzz-key", SessionData.Empty, 1.5, newId, raw: null);
        store.Add(JournalEntry.Encode([new DocumentChange(null, added)], store.Codec));
        store.Commit();
        IReadOnlyList<Document> after = [.. documents, added];
        RequireSame(after, Reopen(disk.Copy(), mode), "the journal gives other sessions");

        var snapshot = store.BeginSnapshot([.. after], eraseHistory: mode % 2 == 0);
        snapshot.Write();
        store.Complete(snapshot);
        store.Dispose();
        Require(!disk.IsLocked && disk.Files.Count == 1, "a closed store leaves more than its file");
        RequireSame(after, Reopen(disk, mode), "the snapshot gives other sessions");
        return $"read {Math.Min(documents.Count, 4)} {documents.Any(d => d.IsOpaque)} {documents.Any(d => d.Raw is not null)} {documents.Any(IsUnreadable)}";
    }

    /// <summary>A start begins a journal, and changes nothing but a file that is to be converted; journals may go that the file holds completely.</summary>
    private static void RequireUntouched(MemoryDisk before, MemoryDisk left, bool isConverted)
    {
        var begun = left.Files.Keys.Except(before.Files.Keys).Where(path => path != SessionFile || !isConverted).ToList();
        var gone = before.Files.Keys.Except(left.Files.Keys).ToList();
        begun.ForEach(path => left.Files.Remove(path));
        gone.ForEach(path => before.Files.Remove(path));
        if (isConverted)
        {
            before.Files.Remove(SessionFile);
            left.Files.Remove(SessionFile);
        }

        Require(begun.Count == 1 && gone.TrueForAll(path => path.Contains(".journal-", StringComparison.Ordinal)) && left.IsSameAs(before), "opening a store changed its files");
    }

    /// <summary>Opens a store; false, and the kind of refusal, where it is refused as documented.</summary>
    private static bool TryOpen(MemoryDisk disk, byte mode, out SessionStore? store, out IReadOnlyList<Document> documents, out string refusal)
    {
        try
        {
            (store, documents) = Recovery.Open(disk, SessionFile, Codec(mode), "fuzz");
            refusal = "";
            return true;
        }
        catch (Exception e) when (e is SessionStoreException or SessionSecretException)
        {
            (store, documents, refusal) = (null, [], Kind(e));
            return false;
        }
    }

    private static IReadOnlyList<Document> Reopen(MemoryDisk disk, byte mode)
    {
        // Where plain data was encrypted, or a few tokens cannot be read, the next start meets tokens.
        var again = TryOpen(disk, mode, out _, out var documents, out var refusal);
        Require(again, $"a store that was opened is refused the next time: {refusal}");
        return documents;
    }

    /// <summary>A message without its numbers and path.</summary>
    public static string Kind(Exception e) => $"{e.GetType().Name} {new string([.. e.Message.Replace(SessionFile, "", StringComparison.Ordinal).Where(c => !char.IsDigit(c))])}";

    private static bool IsUnreadable(Document session) => !session.IsOpaque && ReferenceEquals(session.Data, SessionData.Unreadable);

    private static void RequireSame(IReadOnlyList<Document> expected, IReadOnlyList<Document> actual, string failure)
    {
        Require(expected.Count == actual.Count, $"{failure}: {actual.Count} instead of {expected.Count}");
        for (var i = 0; i < expected.Count; i++)
        {
            var (one, two) = (expected[i], actual[i]);
            Require(LargeDocumentIds.NumberOf(one.DocumentId) == LargeDocumentIds.NumberOf(two.DocumentId) && one.IsOpaque == two.IsOpaque, $"{failure}: another document at {i}");
            Require(one.Equals(two) && IsUnreadable(one) == IsUnreadable(two), $"{failure}: another session at {i}");
            Require(!one.IsOpaque || one.Raw.AsSpan().SequenceEqual(two.Raw), $"{failure}: another value at {i}");
        }
    }

    private static void Require(bool holds, string failure)
    {
        if (!holds)
        {
            throw new FuzzFailureException(failure);
        }
    }
}
