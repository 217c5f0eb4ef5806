using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;
using Npgsql;
using NpgsqlTypes;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>Reads rows without their owner: what is committed, and so never older than what anybody was told.</summary>
internal sealed class RowReader(Database database, RowCodec codec)
{
    /// <summary>Which key's owner has the session of an id; null where no session has it.</summary>
    public Task<byte[]?> RouteOfAsync(string sessionId) =>
        ScalarAsync<byte[]>(Statements.RouteOf, Bytes(RowCodec.DigestBytes(StoredIds.DigestOf(sessionId))));

    /// <summary>The version of a key's rows; null where it has none.</summary>
    public Task<long?> VersionOfAsync(byte[] route) => database.RunAsync(async connection =>
    {
        var command = CommandOf(connection, Statements.VersionOf, Bytes(route));
        await using var _ = command.ConfigureAwait(false);
        return (long?)await command.ExecuteScalarAsync().ConfigureAwait(false);
    });

    public Task<List<Document>> SessionsOfAsync(byte[] route) => ListAsync(Statements.SessionsOfRoute, codec.Read, Bytes(route));

    /// <summary>Which of some ids have a session.</summary>
    /// <param name="digests">Of the ids, as they are kept.</param>
    public async Task<HashSet<string>> TakenAsync(IEnumerable<string> digests) =>
        [.. await ListAsync(Statements.Taken, static row => RowCodec.DigestOf(row.GetFieldValue<byte[]>(0)), RowWriter.Bytes([.. digests.Select(RowCodec.DigestBytes)])).ConfigureAwait(false)];

    public async Task<SessionCount> CountAsync() => (await ListAsync(Statements.Count, static row => new SessionCount(row.GetInt64(0), row.GetInt64(1))).ConfigureAwait(false))[0];

    /// <summary>Living sessions in the order of their keys, after a place.</summary>
    public Task<List<Document>> PageAsync(RowPlace after, byte[] prefix, int limit, long now) => ListAsync(
        Statements.Page, codec.Read, Bytes(after.Key), Long(after.Number), Bytes(after.Digest), Int(prefix.Length), Bytes(prefix), Long(RowCodec.Milliseconds(now)), Int(limit));

    /// <summary>Has sessions that nobody timed begin to live, where the rules ask for times now: so a sweep finds them, whether or not anybody uses them.</summary>
    public Task BeginLivesAsync() => codec.DeadlineFromNow() is var (now, deadline) ? ExecuteAsync(Statements.BeginLives, Double(now), Long(deadline)) : Task.CompletedTask;

    /// <summary>Some keys that have sessions past their deadline.</summary>
    public Task<List<byte[]>> DueAsync(long now) => ListAsync(Statements.Due, static row => row.GetFieldValue<byte[]>(0), Long(RowCodec.Milliseconds(now)));

    /// <summary>What ended on other nodes in the last seconds.</summary>
    public Task<List<EndRow>> EndsAsync(Guid node) => ListAsync(
        Statements.EndsSince,
        static row => new EndRow(row.GetInt64(0), RowCodec.KeyOf(row.GetFieldValue<byte[]>(1)), row.GetString(2), (SessionEndReason)row.GetInt16(3), row.GetFieldValue<DateTimeOffset>(4)),
        Uuid(node));

    /// <summary>Settings with which the server acknowledges what it may lose.</summary>
    public Task<List<string>> UnsafeSettingsAsync() => ListAsync(
        "select name || ' = ' || setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off' order by name", static row => row.GetString(0));

    /// <summary>Says that this node is up.</summary>
    /// <returns>The addresses of all that have said so lately, the longest there first.</returns>
    public Task<List<string>> NoteNodeAsync(Guid node, string address) => database.RunAsync(async connection =>
    {
        var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var appear = CommandOf(connection, Statements.Appear);
        await using var __ = appear.ConfigureAwait(false);
        await appear.ExecuteNonQueryAsync().ConfigureAwait(false);
        var note = CommandOf(connection, Statements.NoteNode, Uuid(node), new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = address });
        await using var ___ = note.ConfigureAwait(false);
        await note.ExecuteNonQueryAsync().ConfigureAwait(false);
        var nodes = await ReadAsync(CommandOf(connection, Statements.Nodes), static row => row.GetString(1)).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return nodes;
    });

    /// <summary>Says that this node is up no more, so that nobody takes it for one of another cluster.</summary>
    public Task ForgetNodeAsync(Guid node) => ExecuteAsync("delete from nodes where node = $1", Uuid(node));

    /// <summary>Gives up a key that has no sessions.</summary>
    public Task ForgetAsync(byte[] route, long version) => ExecuteAsync(Statements.Forget, Bytes(route), Long(version));

    /// <summary>Removes what nobody needs any more.</summary>
    public Task PruneAsync() => ExecuteAsync(Statements.Prune);

    private Task<int> ExecuteAsync(string statement, params NpgsqlParameter[] parameters) => database.RunAsync(async connection =>
    {
        var command = CommandOf(connection, statement, parameters);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    });

    private Task<T?> ScalarAsync<T>(string statement, params NpgsqlParameter[] parameters)
        where T : class => database.RunAsync(async connection =>
    {
        var command = CommandOf(connection, statement, parameters);
        await using var _ = command.ConfigureAwait(false);
        return (T?)await command.ExecuteScalarAsync().ConfigureAwait(false);
    });

    private Task<List<T>> ListAsync<T>(string statement, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters) =>
        database.RunAsync(connection => ReadAsync(CommandOf(connection, statement, parameters), read));

    private static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read)
    {
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, string statement, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(statement, connection);
        command.Parameters.AddRange(parameters);
        return command;
    }

    private static NpgsqlParameter Bytes(byte[] value) => new NpgsqlParameter<byte[]> { NpgsqlDbType = NpgsqlDbType.Bytea, TypedValue = value };

    private static NpgsqlParameter Long(long value) => new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = value };

    private static NpgsqlParameter Uuid(Guid value) => new NpgsqlParameter<Guid> { NpgsqlDbType = NpgsqlDbType.Uuid, TypedValue = value };

    private static NpgsqlParameter Double(double value) => new NpgsqlParameter<double> { NpgsqlDbType = NpgsqlDbType.Double, TypedValue = value };

    private static NpgsqlParameter Int(int value) => new NpgsqlParameter<int> { NpgsqlDbType = NpgsqlDbType.Integer, TypedValue = value };
}

/// <summary>A session that ended on another node.</summary>
internal sealed record EndRow(long Number, string Key, string Handle, SessionEndReason Why, DateTimeOffset At)
{
    public override string ToString() => nameof(EndRow);
}

/// <summary>Behind which row a page begins.</summary>
internal readonly record struct RowPlace(byte[] Key, long Number, byte[] Digest)
{
    public override string ToString() => nameof(RowPlace);
}
