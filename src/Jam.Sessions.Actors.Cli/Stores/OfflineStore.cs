using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cli.Files;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>A store that no engine has open, under its lock: read as a start reads it, and changed by one snapshot, which is there as a whole or not at all.</summary>
internal sealed class OfflineStore : IAdminStore, IDisposable
{
    private readonly StoreTarget _target;
    private readonly SessionStore? _store;
    private readonly Func<Func<int, Stream>, (long Length, uint Checksum)> _copy;

    private OfflineStore(StoreTarget target, SessionStore? store, IReadOnlyList<Document> documents, Func<Func<int, Stream>, (long Length, uint Checksum)> copy)
    {
        (_target, _store, _copy, Documents) = (target, store, copy, documents);
    }

    public bool IsRunning => false;

    /// <summary>Whether it was read without its secret: data is what stands in the file.</summary>
    public bool IsBlind { get; private init; }

    public string Path => _target.Path;

    /// <summary>All documents, in file order.</summary>
    public IReadOnlyList<Document> Documents { get; private set; }

    public IEnumerable<Document> Sessions => Documents.Where(document => !document.IsOpaque);

    public int OpaqueCount => Documents.Count(document => document.IsOpaque);

    public long Now => _target.Clock.Now();

    /// <summary>Reads it, under the lock that an engine takes, and writes nothing.</summary>
    /// <param name="target">Which.</param>
    /// <param name="needsSecret">Whether data must be readable; else an encrypted store is read without its secret, where that is not at hand.</param>
    /// <exception cref="SecretNeeded">It is not at hand.</exception>
    public static OfflineStore Read(StoreTarget target, bool needsSecret = true)
    {
        RequireStore(target);
        RequireOwnFiles(target.Path);
        try
        {
            return target.WithSecret(codec => Read(target, codec, isBlind: false));
        }
        catch (SecretNeeded) when (!needsSecret)
        {
            return Read(target, target.BlindCodec(), isBlind: true);
        }
    }

    /// <summary>Opens it as an engine does, to change it.</summary>
    /// <param name="target">Which.</param>
    /// <param name="mayBeNew">Whether it need not be there yet.</param>
    public static OfflineStore Open(StoreTarget target, bool mayBeNew = false)
    {
        if (!mayBeNew)
        {
            RequireStore(target);
        }
        else if (!IsThere(target))
        {
            RequireOwnFolder(target.Path);
        }

        RequireOwnFiles(target.Path);
        return target.WithSecret(codec =>
        {
            var (store, documents) = Recovery.Open(target.Disk, target.Path, codec, StoreTarget.Holder, target.Options.AllowForeignFile);
            return new OfflineStore(target, store, documents, open => WriteTo(open, store.BeginCopy([.. documents])));
        });
    }

    /// <summary>Puts these documents in the place of those that are there, all at once.</summary>
    /// <exception cref="SessionStoreException">The disk refused; then what was there still is.</exception>
    public void Replace(IReadOnlyList<Document> documents)
    {
        _store!.Rewrite([.. documents], isExact: true);
        Documents = documents;
    }

    public int End(IReadOnlyList<Document> sessions, Action<int> progress) => Remove(sessions.ToHashSet(ReferenceEqualityComparer.Instance).Contains);

    public int Sweep() => Remove(document => document is Document session && !session.IsOpaque && !session.IsAliveAt(Now));

    public void Flush() => Replace(Documents);

    public (long Length, uint Checksum) Copy(Func<int, Stream> open) => _copy(open);

    public void Dispose() => _store?.Dispose();

    private static OfflineStore Read(StoreTarget target, DocumentCodec codec, bool isBlind)
    {
        var read = Recovery.Read(target.Disk, target.Path, codec, StoreTarget.Holder, target.Options.AllowForeignFile, isChecked: !isBlind);
        return new OfflineStore(target, store: null, read.Documents, open => Copy(target, read, isBlind ? null : codec, open)) { IsBlind = isBlind };
    }

    /// <summary>A file that holds everything is copied as it is, which takes no secret; else it is written as a snapshot would be.</summary>
    private static (long Length, uint Checksum) Copy(StoreTarget target, RecoveredSessions read, DocumentCodec? codec, Func<int, Stream> open)
    {
        if (read.Stamp is null || read.LastBatch > read.Base.Covers)
        {
            return WriteTo(open, new StoreCopy([.. read.Documents], (read.Snapshot.Head, read.Snapshot.Tail, codec ?? target.Codec()), NoPace()));
        }

        using var file = target.Disk.OpenRead(target.Path);
        var copied = FileBytes.Copy(file, open(read.Documents.Count));
        return copied == read.Snapshot.Fingerprint ? (copied.Length, copied.Crc)
            : throw new AdminRefusal(AdminRefusalKind.Locked, $"{target.Path} was changed while it was copied. Call the command again.");
    }

    private static (long Length, uint Checksum) WriteTo(Func<int, Stream> open, StoreCopy copy) => copy.WriteTo(open(copy.Count));

    private int Remove(Func<object, bool> isToGo)
    {
        var left = Documents.Where(document => !isToGo(document)).ToList();
        var count = Documents.Count - left.Count;
        if (count > 0)
        {
            Replace(left);
        }

        return count;
    }

    private static Pace NoPace() => new(static () => 0, TimeProvider.System);

    /// <summary>Whether there is a file or a journal: a young engine has no file yet.</summary>
    public static bool IsThere(StoreTarget target) =>
        target.Disk.Stamp(target.Path) is not null || (Directory.Exists(System.IO.Path.GetDirectoryName(target.Path)) && JournalFiles.List(target.Disk, target.Path).Count > 0);

    public static void RequireStore(StoreTarget target)
    {
        if (!IsThere(target))
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"There is no store at {target.Path}.");
        }
    }

    /// <summary>A store that root makes in a host's folder is one that the host cannot open.</summary>
    public static void RequireOwnFolder(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        if (!OperatingSystem.IsWindows() && PeerUser.Own == 0 && FileStatus.Of(folder, follow: true) is { Owner: not 0 } status)
        {
            throw new AdminRefusal(AdminRefusalKind.Refused, $"{folder} belongs to user {status.Owner}, and this is root: the host could not open what root makes there. Run the tool as user {status.Owner}.");
        }
    }

    /// <summary>What another user, root most of all, leaves here its host could not open any more.</summary>
    public static void RequireOwnFiles(string path)
    {
        if (OperatingSystem.IsWindows() || (FileStatus.Of(path, follow: true) ?? FileStatus.Of($"{path}.lock", follow: false)) is not { } file || file.Owner == PeerUser.Own)
        {
            return;
        }

        throw new AdminRefusal(
            AdminRefusalKind.Refused, $"{path} belongs to user {file.Owner}, and this is user {PeerUser.Own}: files of the wrong owner would lock the host out. Run the tool as user {file.Owner}.");
    }
}
