using System.Data;
using Jam.Sessions.Actors.Cluster.Rows;
using Npgsql;
using NpgsqlTypes;

namespace Jam.Sessions.Actors.Cluster.Cli.Rows;

/// <summary>Counts of what the tables hold, all of one moment.</summary>
internal static class Statistics
{
    private const string Counts = """
        select
            (select version from store)::bigint as version,
            count(*) as sessions,
            count(*) filter (where deadline is null or deadline > $1) as live,
            count(*) filter (where deadline <= $1) as ended,
            count(*) filter (where deadline is null) as "withoutDeadline",
            count(distinct route) as keys,
            count(distinct route) filter (where deadline is null or deadline > $1) as "liveKeys",
            pg_total_relation_size('sessions') as "sessionsBytes",
            pg_total_relation_size('keys') as "keysBytes",
            pg_total_relation_size('ends') as "endsBytes",
            pg_total_relation_size('imports') as "importsBytes",
            (select imports from store) as imports
        from sessions
        """;

    /// <returns>Each count with its name.</returns>
    public static IReadOnlyList<(string Name, long Count)> Read(Tables tables)
    {
        using var connection = tables.Open();
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        using var command = new NpgsqlCommand(Counts, connection) { CommandTimeout = 0, Parameters = { Now() } };
        using var row = command.ExecuteReader();
        row.Read();
        return [.. Enumerable.Range(0, row.FieldCount).Select(column => (row.GetName(column), row.GetInt64(column)))];
    }

    /// <summary>The time that deadlines are compared to.</summary>
    public static NpgsqlParameter Now() =>
        new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = RowCodec.Milliseconds(TimeProvider.System.GetUtcNow().UtcTicks) };
}
