using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Npgsql;
using NpgsqlTypes;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>Changes rows: what the keys of a node hand over together goes in one statement, each key with an outcome of its own.</summary>
/// <remarks>
/// A statement moves the versions of its keys where they are as their owners know them, and changes the sessions of those that it moved. So an owner that is one no
/// more changes nothing, and fails alone. Where the server refuses a statement, its keys are tried one by one: a fault stays where it is.
/// </remarks>
internal sealed class RowWriter : IAsyncDisposable
{
    private const int MostKeys = 256;
    private const int Tries = 5;

    private readonly Database _database;
    private readonly RowCodec _codec;
    private readonly Guid _node;
    private readonly StoreHealth _health;
    private readonly WriterTelemetry _telemetry;
    private readonly Pipe<ClaimWork> _claims;
    private readonly Pipe<CommitWork> _commits;
    private readonly Pipe<TouchWork> _touches;

    public RowWriter(Database database, RowCodec codec, Guid node, EngineTelemetry telemetry)
    {
        (_database, _codec, _node, _health, _telemetry) = (database, codec, node, telemetry.Health, telemetry.Writer);
        _claims = new Pipe<ClaimWork>(loops: 2, MostKeys, ClaimAsync);
        _commits = new Pipe<CommitWork>(loops: 1, MostKeys, CommitAsync);
        _touches = new Pipe<TouchWork>(loops: 1, MostKeys, TouchAsync);
    }

    public void Claim(ClaimWork work)
    {
        if (!_claims.TryAdd(work))
        {
            work.Done(null, DatabaseException.Away());
        }
    }

    public void Commit(CommitWork work)
    {
        if (!_commits.TryAdd(work))
        {
            work.Done(null, DatabaseException.Away());
        }
    }

    /// <summary>A session was used: the rows are told, where what they know is no longer enough. Nobody waits for it.</summary>
    public void Touch(Document session)
    {
        if (session.TryClaim(out var until, out var before) && !_touches.TryAdd(new TouchWork(session, until, () => session.Forget(until, before))))
        {
            session.Forget(until, before);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync().ConfigureAwait(false);
        await _touches.DisposeAsync().ConfigureAwait(false);
        await _claims.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ClaimAsync(List<ClaimWork> works)
    {
        try
        {
            var epoch = _database.Epoch;
            var claimed = await _database.RunAsync(connection => ClaimAsync(connection, works, epoch)).ConfigureAwait(false);
            foreach (var work in works)
            {
                work.Done(claimed[Key(work.Route)], null);
            }
        }
        catch (DatabaseException e) when (works.Count > 1 && IsOfOne(e))
        {
            foreach (var work in works)
            {
                await ClaimAsync([work]).ConfigureAwait(false);
            }
        }
        catch (DatabaseException e)
        {
            works.ForEach(work => work.Done(null, e));
        }
    }

    private async Task<Dictionary<string, Claimed>> ClaimAsync(NpgsqlConnection connection, List<ClaimWork> works, long epoch)
    {
        var batch = new NpgsqlBatch(connection);
        await using var _ = batch.ConfigureAwait(false);
        var routes = works.Select(work => work.Route).DistinctBy(Key).OrderBy(Key, StringComparer.Ordinal).ToArray();

        // A claim that a crash takes back has fenced nobody who is still there.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Statements.NotAwaited));
        batch.BatchCommands.Add(With(Statements.Claim, Bytes(routes)));
        batch.BatchCommands.Add(With(Statements.SessionsOfRoutes, Bytes(routes)));
        var reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync().ConfigureAwait(false);
        var claimed = new Dictionary<string, Claimed>(routes.Length, StringComparer.Ordinal);
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            claimed.Add(Key(reader.GetFieldValue<byte[]>(0)), new Claimed(reader.GetInt64(1), epoch, [], reader.GetFieldValue<byte[]>(2)));
        }

        await reader.NextResultAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            claimed[Key(reader.GetFieldValue<byte[]>(1))].Sessions.Add(_codec.Read(reader));
        }

        return claimed;
    }

    private async Task CommitAsync(List<CommitWork> works)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var moved = await MeasureAsync(works, () => _database.RunAsync(connection => CommitAsync(connection, works))).ConfigureAwait(false);
                works.ForEach(work => work.Done(moved.TryGetValue(Key(work.Route), out var version) ? version : null, null));
                return;
            }
            catch (DatabaseException e) when (works.Count > 1 && IsOfOne(e))
            {
                foreach (var work in works)
                {
                    await CommitAsync([work]).ConfigureAwait(false);
                }

                return;
            }
            catch (DatabaseException e) when (e.Fault == DatabaseFault.Contended && attempt < Tries)
            {
            }
            catch (DatabaseException e)
            {
                _health.Refused();
                works.ForEach(work => work.Done(null, e));
                return;
            }
        }
    }

    private async Task<T> MeasureAsync<T>(List<CommitWork> works, Func<Task<T>> commit)
    {
        var watch = _telemetry.Begin([]);
        var changes = works.Sum(work => work.Changes.Length);
        try
        {
            var done = await commit().ConfigureAwait(false);
            _telemetry.End(watch, changes, failure: null);
            return done;
        }
        catch (DatabaseException e)
        {
            _telemetry.End(watch, changes, e);
            throw;
        }
    }

    private async Task<Dictionary<string, long>> CommitAsync(NpgsqlConnection connection, List<CommitWork> works)
    {
        var command = new NpgsqlCommand { Connection = connection };
        await using var _ = command.ConfigureAwait(false);
        var rows = new RowArrays();
        var (deletedOf, deleted) = (new List<byte[]>(), new List<byte[]>());
        var (endedOf, endedKeys, endedHandles, endedWhy) = (new List<byte[]>(), new List<byte[]>(), new List<string>(), new List<short>());
        foreach (var work in works)
        {
            foreach (var (before, after) in work.Changes)
            {
                if (after is null)
                {
                    deletedOf.Add(work.Route);
                    deleted.Add(RowCodec.DigestBytes(before!.Id));
                }
                else
                {
                    rows.Add(work.Route, before, after);
                }
            }

            foreach (var end in work.Ends)
            {
                endedOf.Add(work.Route);
                endedKeys.Add(RowCodec.KeyBytes(end.Before!.Key));
                endedHandles.Add(end.Before.Handle);
                endedWhy.Add((short)Intents.Why(end.Intent));
            }
        }

        command.CommandText = Statements.Commit(rows.HasChanged, rows.HasCreated, deleted.Count > 0, endedOf.Count > 0);
        var parameters = command.Parameters;
        parameters.Add(Bytes([.. works.Select(work => work.Route)]));
        parameters.Add(Longs([.. works.Select(work => (long?)work.Version)]));
        parameters.Add(Bytes([.. works.Select(work => work.Requests)]));
        parameters.Add(Bytes([.. deletedOf]));
        parameters.Add(Bytes([.. deleted]));
        rows.AddTo(parameters);
        parameters.Add(Bytes([.. endedOf]));
        parameters.Add(Bytes([.. endedKeys]));
        parameters.Add(new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, TypedValue = [.. endedHandles] });
        parameters.Add(new NpgsqlParameter<short[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint, TypedValue = [.. endedWhy] });
        parameters.Add(new NpgsqlParameter<Guid> { NpgsqlDbType = NpgsqlDbType.Uuid, TypedValue = _node });
        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var moved = new Dictionary<string, long>(works.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            moved.Add(Key(reader.GetFieldValue<byte[]>(0)), reader.GetInt64(1));
        }

        return moved;
    }

    private async Task TouchAsync(List<TouchWork> works)
    {
        try
        {
            await _database.RunAsync(async connection =>
            {
                var batch = new NpgsqlBatch(connection);
                await using var _ = batch.ConfigureAwait(false);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(Statements.NotAwaited));

                // Of one session the latest; in one order on all nodes.
                var latest = works.GroupBy(work => work.Session.Id, StringComparer.Ordinal).OrderBy(uses => uses.Key, StringComparer.Ordinal).Select(uses => uses.MaxBy(use => use.Until)!).ToArray();
                batch.BatchCommands.Add(With(
                    Statements.Touch,
                    Bytes([.. latest.Select(use => RowCodec.DigestBytes(use.Session.Id))]),
                    Doubles([.. latest.Select(use => (double?)use.Until)]),
                    Longs([.. latest.Select(use => RowCodec.DeadlineOf(use.Session, use.Until))]),
                    Doubles([.. latest.Select(use => (double?)use.Session.Terms!.Since)])));
                return await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            works.ForEach(work => work.Failed());
        }
    }

    /// <summary>Whether the fault may be one key's alone, so that the others are tried without it.</summary>
    private static bool IsOfOne(DatabaseException e) => e.Fault is DatabaseFault.Refused or DatabaseFault.Duplicate or DatabaseFault.Contended;

    private static string Key(byte[] route) => Convert.ToHexString(route);

    private static NpgsqlBatchCommand With(string statement, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(statement);
        command.Parameters.AddRange(parameters);
        return command;
    }

    internal static NpgsqlParameter Bytes(byte[]?[] values) => new NpgsqlParameter<byte[]?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, TypedValue = values };

    internal static NpgsqlParameter Longs(long?[] values) => new NpgsqlParameter<long?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, TypedValue = values };

    internal static NpgsqlParameter Doubles(double?[] values) => new NpgsqlParameter<double?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double, TypedValue = values };
}
