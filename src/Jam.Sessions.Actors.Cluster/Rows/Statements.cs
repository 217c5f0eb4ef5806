namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>The statements that change and read rows.</summary>
internal static class Statements
{
    /// <summary>For what need not be on the disk when it is answered: only until the end of the transaction.</summary>
    public const string NotAwaited = "select set_config('synchronous_commit', 'off', true)";

    public const string Claim = """
        insert into keys as k (route, version) select r, nextval('versions') from unnest($1::bytea[]) r
        on conflict (route) do update set version = excluded.version, claimed_at = now()
        returning k.route, k.version, k.requests
        """;

    public const string SessionsOfRoutes = $"select {RowCodec.Columns} from sessions where route = any($1::bytea[]) order by number";

    public const string VersionOf = "select version from keys where route = $1";

    private const string Moved = """
        with moved as (
            update keys k set version = nextval('versions'), requests = c.requests
            from unnest($1::bytea[], $2::bigint[], $3::bytea[]) as c (route, version, requests)
            where k.route = c.route and k.version = c.version
            returning k.route, k.version)
        """;

    private const string Deleted = """
        , deleted as (
            delete from sessions s using unnest($4::bytea[], $5::bytea[]) as d (route, digest), moved m
            where m.route = d.route and s.digest = d.digest)
        """;

    private const string Rows = """
        , rows as (
            select c.* from unnest($6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::bigint[], $11::text[], $12::bytea[], $13::float8[], $14::bool[],
                $15::bigint[], $16::bigint[], $17::float8[], $18::float8[], $19::bigint[], $20::bytea[], $21::float8[], $22::bytea[])
                as c (route, former, digest, key, number, handle, data, created_at, is_timed, own_idle, own_max, since, seen, deadline, before_digest, before_until, before_sealed)
            join moved m on m.route = c.route)
        """;

    private const string Changed = """
        , changed as (
            update sessions s set digest = c.digest, data = c.data, is_timed = c.is_timed, own_idle = c.own_idle, own_max = c.own_max, since = c.since, seen = greatest(s.seen, c.seen),
                deadline = c.deadline, before_digest = c.before_digest, before_until = c.before_until, before_sealed = c.before_sealed
            from rows c where c.former is not null and s.digest = c.former)
        """;

    private const string Created = """
        , created as (
            insert into sessions (digest, route, key, number, handle, data, created_at, is_timed, own_idle, own_max, since, seen, deadline, before_digest, before_until, before_sealed)
            select c.digest, c.route, c.key, c.number, c.handle, c.data, c.created_at, c.is_timed, c.own_idle, c.own_max, c.since, c.seen, c.deadline, c.before_digest, c.before_until, c.before_sealed
            from rows c where c.former is null)
        """;

    private const string Told = """
        , told as (
            insert into ends (node, key, handle, why)
            select $27, e.key, e.handle, e.why from unnest($23::bytea[], $24::bytea[], $25::text[], $26::smallint[]) as e (route, key, handle, why)
            join moved m on m.route = e.route)
        """;
    private static readonly string[] s_commits = [.. Enumerable.Range(0, 16).Select(CommitOf)];

    /// <summary>Each part changes rows that no other part does; none of a key whose version has moved. Parts that have nothing to do are left out.</summary>
    public static string Commit(bool changes, bool creates, bool deletes, bool tells) => s_commits[(changes ? 1 : 0) | (creates ? 2 : 0) | (deletes ? 4 : 0) | (tells ? 8 : 0)];

    /// <summary>Only forward; a session that has ended meanwhile is not there.</summary>
    public const string Touch = """
        update sessions s set seen = t.seen, deadline = t.deadline, since = t.since, is_timed = true
        from unnest($1::bytea[], $2::float8[], $3::bigint[], $4::float8[]) as t (digest, seen, deadline, since)
        where s.digest = t.digest and s.seen < t.seen
        """;

    /// <summary>A key without sessions leaves nothing behind.</summary>
    public const string Forget = "delete from keys k where k.route = $1 and k.version = $2 and not exists (select from sessions s where s.route = k.route)";

    public const string RouteOf = "select route from sessions where digest = $1 or before_digest = $1 order by digest = $1 desc limit 1";

    public const string SessionsOfRoute = $"select {RowCodec.Columns} from sessions where route = $1 order by number";

    public const string Taken = "select digest from sessions where digest = any($1::bytea[])";

    public const string Count = "select count(*), count(distinct key) from sessions";

    public const string Page = $"""
        select {RowCodec.Columns} from sessions
        where (key, number, digest) > ($1, $2, $3) and substring(key from 1 for $4) = $5 and (deadline is null or deadline > $6)
        order by key, number, digest limit $7
        """;

    /// <summary>Sessions that nobody timed begin to live now.</summary>
    public const string BeginLives = "update sessions set is_timed = true, since = $1, seen = $1, deadline = $2 where not is_timed";

    public const string Due = "select distinct route from (select route from sessions where deadline <= $1 order by deadline limit 1000) due";

    public const string EndsSince = "select number, key, handle, why, at from ends where at > now() - interval '15 seconds' and node <> $1 order by number";

    /// <summary>The table is locked, so that of two that come at once the later one sees the earlier.</summary>
    public const string Appear = """
        lock table nodes in share row exclusive mode;
        delete from nodes where at < now() - interval '1 minute';
        """;

    public const string NoteNode = """
        insert into nodes (node, address, at) values ($1, $2, clock_timestamp())
        on conflict (node) do update set at = clock_timestamp()
        """;

    public const string Nodes = "select number, address from nodes where at > clock_timestamp() - interval '5 seconds' order by number";

    public const string Prune = """
        delete from ends where at < now() - interval '1 minute';
        delete from keys k where claimed_at < now() - interval '1 day' and not exists (select from sessions s where s.route = k.route)
        """;

    private static string CommitOf(int parts)
    {
        var (changes, creates, deletes, tells) = ((parts & 1) != 0, (parts & 2) != 0, (parts & 4) != 0, (parts & 8) != 0);
        return string.Concat(Moved, deletes ? Deleted : "", changes || creates ? Rows : "", changes ? Changed : "", creates ? Created : "", tells ? Told : "") + "\nselect route, version from moved";
    }
}
