using System.Collections.Concurrent;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.Data.Sqlite;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>SQLite with a write-ahead log and <c>synchronous = FULL</c>. Reads use a connection each; one transaction a change, one at a time.</summary>
internal sealed class SqlitePeer : ISessionPeer
{
    private const int PreloadTransaction = 50_000;

    private readonly Scratch _scratch = new();
    private readonly string _connectionString;
    private readonly ConcurrentBag<Connection> _readers = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Connection _writer;

    public SqlitePeer()
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _scratch["sessions.db"], Pooling = false }.ToString();
        _writer = new Connection(_connectionString);
    }

    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions)
    {
        var ids = new List<string>();
        foreach (var chunk in sessions.Chunk(PreloadTransaction))
        {
            _writer.Execute("BEGIN");
            ids.AddRange(chunk.Select(session => _writer.Create(session.Key, session.Data.Text)));
            _writer.Execute("COMMIT");
        }

        return Task.FromResult<IReadOnlyList<string>>(ids);
    }

    public ValueTask<string> CreateAsync(string key, Payload data) => WriteAsync(writer => writer.Create(key, data.Text));

    public ValueTask<object?> GetAsync(string id)
    {
        if (!_readers.TryTake(out var reader))
        {
            reader = new Connection(_connectionString);
        }

        var data = reader.Get(id);
        _readers.Add(reader);
        return new(data);
    }

    public ValueTask<bool> UpdateAsync(string id, Payload data) => WriteAsync(writer => writer.Update(id, data.Text));

    public ValueTask<bool> DeleteAsync(string id) => WriteAsync(writer => writer.Delete(id));

    public ValueTask<int> ClearAsync(string key) => WriteAsync(writer => writer.Clear(key));

    public ValueTask<string?> ReworkAsync(string id) => WriteAsync(writer => writer.Rework(id));

    public ValueTask DisposeAsync()
    {
        foreach (var connection in _readers.Append(_writer))
        {
            connection.Dispose();
        }

        _scratch.Dispose();
        return default;
    }

    private async ValueTask<T> WriteAsync<T>(Func<Connection, T> change)
    {
        await _writing.WaitAsync();
        try
        {
            return change(_writer);
        }
        finally
        {
            _writing.Release();
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _get, _insert, _update, _delete, _clear, _rework;

        public Connection(string connectionString)
        {
            _connection = new SqliteConnection(connectionString);
            _connection.Open();
            Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824");
            Execute("CREATE TABLE IF NOT EXISTS sessions(id TEXT PRIMARY KEY, owner TEXT NOT NULL, data TEXT NOT NULL) WITHOUT ROWID");
            Execute("CREATE INDEX IF NOT EXISTS by_owner ON sessions(owner)");
            _get = Prepare("SELECT data FROM sessions WHERE id = $1", 1);
            _insert = Prepare("INSERT INTO sessions VALUES($1, $2, $3)", 3);
            _update = Prepare("UPDATE sessions SET data = $2 WHERE id = $1", 2);
            _delete = Prepare("DELETE FROM sessions WHERE id = $1", 1);
            _clear = Prepare("DELETE FROM sessions WHERE owner = $1", 1);
            _rework = Prepare("UPDATE sessions SET id = $2 WHERE id = $1", 2);
        }

        public object? Get(string id) => With(_get, id).ExecuteScalar();

        public string Create(string key, string text)
        {
            var id = Ids.New();
            With(_insert, id, key, text).ExecuteNonQuery();
            return id;
        }

        public bool Update(string id, string text) => With(_update, id, text).ExecuteNonQuery() == 1;

        public bool Delete(string id) => With(_delete, id).ExecuteNonQuery() == 1;

        public int Clear(string key) => With(_clear, key).ExecuteNonQuery();

        public string? Rework(string id)
        {
            var newId = Ids.New();
            return With(_rework, id, newId).ExecuteNonQuery() == 1 ? newId : null;
        }

        public void Execute(string sql)
        {
            using var command = new SqliteCommand(sql, _connection);
            command.ExecuteNonQuery();
        }

        public void Dispose() => _connection.Dispose();

        private static SqliteCommand With(SqliteCommand command, params ReadOnlySpan<string> values)
        {
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i];
            }

            return command;
        }

        private SqliteCommand Prepare(string sql, int parameters)
        {
            var command = new SqliteCommand(sql, _connection);
            for (var i = 1; i <= parameters; i++)
            {
                command.Parameters.Add($"${i}", SqliteType.Text);
            }

            command.Prepare();
            return command;
        }
    }
}
