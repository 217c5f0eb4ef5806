using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cluster.Cli.Files;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Model;
using Npgsql;
using NpgsqlTypes;

namespace Jam.Sessions.Actors.Cluster.Cli.Rows;

/// <summary>Makes rows of sessions, some in each transaction, each session once.</summary>
/// <remarks>
/// <code>
/// sessions ──less those that an import brought in before──▶ a batch ──one transaction──▶ keys (their versions move), sessions, imports
///                                                             ▲                             │
///                                                             └─────────── the next ────────┘ … then store.imports
/// </code>
/// What an import brought in is noted in the transaction that does it. So one that was interrupted goes on where it was, one that is made again does nothing, and
/// neither brings back who has signed out meanwhile, or has another id since a rework. An owner that has a key in memory can change nothing more before it has read
/// the rows anew; that it does so where it is only asked follows from <c>store.imports</c>, at which nodes look every second: their owners then read the rows before they answer.
/// </remarks>
/// <param name="tables">Where to.</param>
/// <param name="routes">Where keys belong.</param>
/// <param name="again">Whether what an import brought in before, and is not there any more, comes in again.</param>
internal sealed class RowImport(Tables tables, Routes routes, bool again)
{
    private const int MostSessions = 1000;
    private const int MostBytes = 16 << 20;
    private const int Tries = 5;

    // A node looks at the store before it notes that it is up, every second. One that has not for longer believes its memory no more.
    private const string Nodes = "from nodes where at > clock_timestamp() - interval '5 seconds'";

    // Where two do it at once, one would bring back what has ended after the other brought it in.
    private const string TryLock = "select pg_try_advisory_lock(hashtextextended('jam-sessions-cluster import into ' || $1, 0))";

    // In one order with claims: so nobody waits for who waits for him.
    private const string MoveKeys = """
        insert into keys as k (route, version) select r, nextval('versions') from unnest($1::bytea[]) r
        on conflict (route) do update set version = excluded.version
        """;

    private const string Insert = $"""
        insert into sessions ({RowCodec.Columns})
        select c.digest, c.route, c.key, c.number, c.handle, c.data, c.created_at, c.is_timed, c.own_idle, c.own_max, c.since, c.seen, c.deadline, c.before_digest, c.before_until, c.before_sealed
        from unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::text[], $7::bytea[], $8::float8[], $9::bool[],
            $10::bigint[], $11::bigint[], $12::float8[], $13::float8[], $14::bigint[], $15::bytea[], $16::float8[], $17::bytea[])
            as c (route, former, digest, key, number, handle, data, created_at, is_timed, own_idle, own_max, since, seen, deadline, before_digest, before_until, before_sealed)
        where not exists (select from sessions o where o.before_digest = c.digest)
        on conflict (digest) do nothing
        """;

    /// <summary>How many sessions came in.</summary>
    public int Imported { get; private set; }

    /// <summary>How many were there, and no import had brought them in.</summary>
    public int Present { get; private set; }

    /// <summary>How many an import brought in before; of them some may have ended since.</summary>
    public int Before { get; private set; }

    /// <summary>Whether hosts of the cluster were running.</summary>
    public bool WereNodesThere { get; private set; }

    /// <param name="sessions">With digests in the place of their ids.</param>
    /// <param name="progress">Hears how many are done, of how many.</param>
    /// <exception cref="AdminRefusal">Another import is under way.</exception>
    public void Run(IReadOnlyList<Document> sessions, Action<long, long> progress)
    {
        using var connection = tables.Open();
        if (!Scalar<bool>(connection, TryLock, new NpgsqlParameter { Value = tables.Schema }))
        {
            throw new AdminRefusal(AdminRefusalKind.Locked, $"Another import into schema {tables.Schema} is under way. Wait for its end, and call this one again.");
        }

        var known = again ? new ImportedIds() : ReadKnown(connection);
        var left = sessions.Where(session => !known.Contains(session)).ToList();
        Before = sessions.Count - left.Count;
        for (var at = 0; at < left.Count;)
        {
            var batch = Batch(left, at);
            var inserted = InsertTrying(connection, batch);
            (Imported, Present, at) = (Imported + inserted, Present + batch.Count - inserted, at + batch.Count);
            progress(Before + at, sessions.Count);
        }

        using var end = new NpgsqlCommand("update store set imports = imports + 1", connection);
        end.ExecuteNonQuery();
        WaitForNodes(connection);
    }

    private static ImportedIds ReadKnown(NpgsqlConnection connection)
    {
        var known = new ImportedIds();
        using var command = new NpgsqlCommand("select sessions from imports", connection) { CommandTimeout = 0 };
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            known.Add(rows.GetFieldValue<byte[]>(0));
        }

        return known;
    }

    private static List<Document> Batch(List<Document> sessions, int at)
    {
        var (batch, bytes) = (new List<Document>(), 0L);
        while (at < sessions.Count && batch.Count < MostSessions && (batch.Count == 0 || bytes + sessions[at].Data.Length <= MostBytes))
        {
            bytes += sessions[at].Data.Length;
            batch.Add(sessions[at++]);
        }

        return batch;
    }

    private int InsertTrying(NpgsqlConnection connection, List<Document> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return InsertAll(connection, batch);
            }
            catch (PostgresException e) when (Faults.IsContention(e) && attempt < Tries)
            {
                // Owners are at work in these keys.
            }
        }
    }

    private int InsertAll(NpgsqlConnection connection, List<Document> batch)
    {
        var (rows, keys) = (new RowArrays(), new SortedDictionary<string, byte[]>(StringComparer.Ordinal));
        foreach (var session in batch)
        {
            var route = routes.OfKey(session.Key);
            keys[Convert.ToHexString(route)] = route;
            rows.Add(route, before: null, session);
        }

        using var transaction = connection.BeginTransaction();
        using var move = new NpgsqlCommand(MoveKeys, connection) { CommandTimeout = 0, Parameters = { RowWriter.Bytes([.. keys.Values]) } };
        move.ExecuteNonQuery();
        using var insert = new NpgsqlCommand(Insert, connection) { CommandTimeout = 0 };
        rows.AddTo(insert.Parameters);
        var inserted = insert.ExecuteNonQuery();
        using var note = new NpgsqlCommand("insert into imports (sessions) values ($1)", connection)
        {
            Parameters = { new NpgsqlParameter<byte[]> { NpgsqlDbType = NpgsqlDbType.Bytea, TypedValue = ImportedIds.Write(batch) } },
        };
        note.ExecuteNonQuery();
        transaction.Commit();
        return inserted;
    }

    /// <summary>Until the sessions are there for whoever asks a running host.</summary>
    private void WaitForNodes(NpgsqlConnection connection)
    {
        WereNodesThere = Scalar<bool>(connection, $"select exists (select {Nodes})");

        // Which note comes first may follow a look from before.
        for (var looks = 0; WereNodesThere && looks < 2; looks++)
        {
            var since = new NpgsqlParameter<DateTime> { NpgsqlDbType = NpgsqlDbType.TimestampTz, TypedValue = Scalar<DateTime>(connection, "select clock_timestamp()") };
            while (Scalar<bool>(connection, $"select exists (select {Nodes} and at <= $1)", since))
            {
                Scalar<object>(connection, "select pg_sleep(0.1)::text");
            }
        }
    }

    private static T Scalar<T>(NpgsqlConnection connection, string statement, params NpgsqlParameter[] parameters)
    {
        using var command = new NpgsqlCommand(statement, connection);
        Array.ForEach(parameters, parameter => command.Parameters.Add(parameter.Clone()));
        return (T)command.ExecuteScalar()!;
    }
}
