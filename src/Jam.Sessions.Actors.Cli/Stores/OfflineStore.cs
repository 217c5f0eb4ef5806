using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>A store that no engine has open, under its lock: read as a start reads it, and changed by one snapshot, which is there as a whole or not at all.</summary>
internal sealed class OfflineStore : IAdminStore, IDisposable
{
    private readonly StoreTarget _target;
    private readonly SessionStore? _store;
    private readonly Func<StoreCopy> _copy;

    private OfflineStore(StoreTarget target, SessionStore? store, IReadOnlyList<Document> documents, Func<StoreCopy> copy)
    {
        (_target, _store, _copy, Documents) = (target, store, copy, documents);
    }

    public bool IsRunning => false;

    public string Path => _target.Path;

    /// <summary>All documents, in file order.</summary>
    public IReadOnlyList<Document> Documents { get; private set; }

    public IEnumerable<Document> Sessions => Documents.Where(document => !document.IsOpaque);

    public int OpaqueCount => Documents.Count(document => document.IsOpaque);

    public long Now => _target.Clock.Now();

    /// <summary>Reads it, under the lock that an engine takes, and writes nothing.</summary>
    public static OfflineStore Read(StoreTarget target)
    {
        RequireStore(target);
        RequireOwnFiles(target.Path);
        return target.WithSecret(codec =>
        {
            var read = Recovery.Read(target.Disk, target.Path, codec, StoreTarget.Holder, target.Options.AllowForeignFile);
            return new OfflineStore(target, store: null, read.Documents, () => new StoreCopy([.. read.Documents], (read.Snapshot.Head, read.Snapshot.Tail, codec), NoPace()));
        });
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
            return new OfflineStore(target, store, documents, () => store.BeginCopy([.. documents]));
        });
    }

    /// <summary>Puts these documents in the place of those that are there, all at once.</summary>
    /// <exception cref="SessionStoreException">The disk refused; then what was there still is.</exception>
    public void Replace(IReadOnlyList<Document> documents)
    {
        var snapshot = _store!.BeginSnapshot([.. documents], eraseHistory: true, isExact: true);
        snapshot.Write();
        _store.Complete(snapshot);
        Documents = documents;
    }

    public int End(IReadOnlyList<Document> sessions, Action<int> progress) => Remove(sessions.ToHashSet(ReferenceEqualityComparer.Instance).Contains);

    public int Sweep() => Remove(document => document is Document session && !session.IsOpaque && !session.IsAliveAt(Now));

    public void Flush() => Replace(Documents);

    public (long Length, uint Checksum) Copy(Func<int, Stream> open)
    {
        var copy = _copy();
        return copy.WriteTo(open(copy.Count));
    }

    public void Dispose() => _store?.Dispose();

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

    private static void RequireStore(StoreTarget target)
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
    private static void RequireOwnFiles(string path)
    {
        if (OperatingSystem.IsWindows() || (FileStatus.Of(path, follow: true) ?? FileStatus.Of($"{path}.lock", follow: false)) is not { } file || file.Owner == PeerUser.Own)
        {
            return;
        }

        throw new AdminRefusal(
            AdminRefusalKind.Refused, $"{path} belongs to user {file.Owner}, and this is user {PeerUser.Own}: files of the wrong owner would lock the host out. Run the tool as user {file.Owner}.");
    }
}
