using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using LightningDB;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>LMDB with its default flags: a transaction writes its pages, <c>fdatasync</c>s, and then writes and syncs the root. One at a time.</summary>
/// <remarks>A database of rows, and one of the ids of each key as sorted duplicates. Readers see the last commit, in transactions that are used again.</remarks>
internal sealed class LmdbStore : IRowStore
{
    private const long MapSize = 16L << 30;
    private const int Readers = 512;
    private const string SystemLibrary = "liblmdb.so.0";

    private readonly LightningEnvironment _environment;
    private readonly LightningDatabase _sessions;
    private readonly LightningDatabase _ids;
    private readonly ConcurrentBag<LightningTransaction> _readers = [];

    static LmdbStore() => NativeLibrary.SetDllImportResolver(typeof(LightningEnvironment).Assembly, Load);

    /// <exception cref="PeerMissingException">There is no LMDB that this system can load.</exception>
    public LmdbStore(string path)
    {
        try
        {
            _environment = new LightningEnvironment(path, new EnvironmentConfiguration { MapSize = MapSize, MaxReaders = Readers, MaxDatabases = 2 });
        }
        catch (DllNotFoundException)
        {
            throw new PeerMissingException($"there is no LMDB: the package's needs a newer C library, and there is no {SystemLibrary}");
        }

        Directory.CreateDirectory(path);
        _environment.Open(EnvironmentOpenFlags.NoThreadLocalStorage);
        using var making = _environment.BeginTransaction();
        _sessions = making.OpenDatabase("sessions", new DatabaseConfiguration { Flags = DatabaseOpenFlags.Create });
        _ids = making.OpenDatabase("ids", new DatabaseConfiguration { Flags = DatabaseOpenFlags.Create | DatabaseOpenFlags.DuplicatesSort });
        making.Commit().ThrowOnError();
    }

    public byte[]? Find(string id)
    {
        if (_readers.TryTake(out var reader))
        {
            reader.Renew().ThrowOnError();
        }
        else
        {
            reader = _environment.BeginTransaction(TransactionBeginFlags.ReadOnly);
        }

        reader.TryGet(_sessions, Encoding.UTF8.GetBytes(id), out byte[]? row);
        reader.Reset();
        _readers.Add(reader);
        return row;
    }

    public IRows Begin() => new Rows(this);

    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _environment.Dispose();
    }

    /// <summary>The package's own library, or the system's where that one does not load.</summary>
    private static nint Load(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        NativeLibrary.TryLoad(name, assembly, searchPath, out var library) || NativeLibrary.TryLoad(SystemLibrary, out library) ? library : 0;

    private sealed class Rows(LmdbStore store) : IRows
    {
        private readonly LightningTransaction _transaction = store._environment.BeginTransaction();

        public byte[]? Find(string id) => _transaction.TryGet(store._sessions, Encoding.UTF8.GetBytes(id), out byte[]? row) ? row : null;

        public IReadOnlyList<string> IdsOf(string key)
        {
            var ids = new List<string>();
            using var cursor = _transaction.CreateCursor(store._ids);
            for (var (code, _, id) = cursor.SetKey(Encoding.UTF8.GetBytes(key)); code == MDBResultCode.Success; (code, _, id) = cursor.NextDuplicate())
            {
                ids.Add(Encoding.UTF8.GetString(id.AsSpan()));
            }

            return ids;
        }

        public void Put(string id, byte[] row) => _transaction.Put(store._sessions, Encoding.UTF8.GetBytes(id), row).ThrowOnError();

        public void Remove(string id) => _transaction.Delete(store._sessions, Encoding.UTF8.GetBytes(id)).ThrowOnError();

        public void Link(string key, string id) => _transaction.Put(store._ids, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(id)).ThrowOnError();

        public void Unlink(string key, string id) => _transaction.Delete(store._ids, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(id)).ThrowOnError();

        public void Commit() => _transaction.Commit().ThrowOnError();

        public void Dispose() => _transaction.Dispose();
    }
}
