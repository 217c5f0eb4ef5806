using System.Text;
using RocksDbSharp;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>RocksDB as it is set up by default: a column family of rows, one of the ids of each key; a change is one write to its log.</summary>
internal sealed class RocksDbStore : IRowStore
{
    private const string SessionsName = "sessions";
    private const string IdsName = "ids";
    private const char Separator = ' ';

    private readonly RocksDb _database;
    private readonly ColumnFamilyHandle _sessions;
    private readonly ColumnFamilyHandle _ids;
    private readonly WriteOptions _durability;

    /// <param name="path">Its folder.</param>
    /// <param name="isSynced">Whether a commit waits for <c>fdatasync</c>; the operating system writes later where it does not.</param>
    public RocksDbStore(string path, bool isSynced)
    {
        _durability = new WriteOptions().SetSync(isSynced);
        _database = RocksDb.Open(
            new DbOptions().SetCreateIfMissing().SetCreateMissingColumnFamilies(),
            path,
            new ColumnFamilies { { SessionsName, new ColumnFamilyOptions() }, { IdsName, new ColumnFamilyOptions() } });
        _sessions = _database.GetColumnFamily(SessionsName);
        _ids = _database.GetColumnFamily(IdsName);
    }

    public byte[]? Find(string id) => _database.Get(Encoding.UTF8.GetBytes(id), _sessions);

    public IRows Begin() => new Rows(this);

    public void Dispose() => _database.Dispose();

    /// <summary>What a change leaves behind goes into the batch: a row that it changes twice is written once.</summary>
    private sealed class Rows(RocksDbStore store) : IRows
    {
        private readonly Dictionary<string, byte[]?> _sessions = [];
        private readonly Dictionary<string, string[]> _ids = [];

        public byte[]? Find(string id) => _sessions.TryGetValue(id, out var row) ? row : store.Find(id);

        public IReadOnlyList<string> IdsOf(string key) => Ids(key);

        public void Put(string id, byte[] row) => _sessions[id] = row;

        public void Remove(string id) => _sessions[id] = null;

        public void Link(string key, string id) => _ids[key] = [.. Ids(key), id];

        public void Unlink(string key, string id) => _ids[key] = [.. Ids(key).Where(other => other != id)];

        public void Commit()
        {
            using var batch = new WriteBatch();
            foreach (var (id, row) in _sessions)
            {
                Write(batch, store._sessions, id, row);
            }

            foreach (var (key, ids) in _ids)
            {
                Write(batch, store._ids, key, ids.Length == 0 ? null : Encoding.UTF8.GetBytes(string.Join(Separator, ids)));
            }

            store._database.Write(batch, store._durability);
        }

        public void Dispose()
        {
        }

        private static void Write(WriteBatch batch, ColumnFamilyHandle family, string name, byte[]? value)
        {
            var key = Encoding.UTF8.GetBytes(name);
            if (value is null)
            {
                batch.Delete(key, family);
            }
            else
            {
                batch.Put(key, value, family);
            }
        }

        private string[] Ids(string key) => _ids.TryGetValue(key, out var ids)
            ? ids
            : store._database.Get(Encoding.UTF8.GetBytes(key), store._ids) is { } value ? Encoding.UTF8.GetString(value).Split(Separator) : [];
    }
}
