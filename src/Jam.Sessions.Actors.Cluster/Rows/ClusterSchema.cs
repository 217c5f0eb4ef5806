using System.Reflection;
using System.Security.Cryptography;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>The tables, made and brought up to date by numbered scripts, one process at a time; and what they say of the cluster.</summary>
internal static class ClusterSchema
{
    /// <summary>How many shards there are. A database keeps the number that it was made with.</summary>
    public const int Shards = 120;

    private const int SecretLength = 32;

    // Any number that no other program is likely to take as a lock's.
    private const long LockNumber = 0x6A616D2E73657373;

    /// <summary>The newest script.</summary>
    public static int Newest { get; } = Scripts().Count;

    /// <summary>Makes the tables where there are none, and runs the scripts that they lack.</summary>
    /// <returns>The cluster's secret.</returns>
    /// <exception cref="SessionStoreException">The tables are of a newer build, or of another shape; or PostgreSQL refuses.</exception>
    public static async Task<byte[]> PrepareAsync(string connectionString, string schema, bool mayChange, CancellationToken cancellation) =>
        (await MakeAsync(connectionString, schema, mayChange, cancellation).ConfigureAwait(false)).Secret;

    /// <summary>The same, for who is to hear of it.</summary>
    /// <returns>The cluster's secret, and the version that was there before; 0: none.</returns>
    /// <exception cref="SessionStoreException">As for <see cref="PrepareAsync"/>.</exception>
    public static async Task<(byte[] Secret, int Before)> MakeAsync(string connectionString, string schema, bool mayChange, CancellationToken cancellation)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, SearchPath = schema };
            if (Database.HasSeveralHosts(settings))
            {
                settings.TargetSessionAttributes = "primary";
            }

            var connection = new NpgsqlConnection(settings.ConnectionString);
            await using var _ = connection.ConfigureAwait(false);
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using var __ = transaction.ConfigureAwait(false);
            await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockNumber})", cancellation).ConfigureAwait(false);
            var version = await VersionAsync(connection, schema, cancellation).ConfigureAwait(false);
            if (version > Newest)
            {
                throw Refusal($"The schema {schema} is of version {version}, and this build knows {Newest}. Use a build that is at least as new as the one that made it.");
            }

            if (version < Newest && !mayChange)
            {
                throw Refusal(version == 0
                    ? $"The schema {schema} has no sessions' tables. Run `jam-sessions-cluster init --schema {schema}`, or set CreateSchema."
                    : $"The schema {schema} is of version {version}, and this build needs {Newest}. Run `jam-sessions-cluster init --schema {schema}`, or set CreateSchema.");
            }

            await UpgradeAsync(connection, schema, version, cancellation).ConfigureAwait(false);
            var secret = await SecretAsync(connection, schema, cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return (secret, version);
        }
        catch (PostgresException e)
        {
            throw new SessionStoreException("postgresql", $"The tables in schema {schema} cannot be made or read: {e.MessageText} (SQLSTATE {e.SqlState}).{AdviceOn(e.SqlState)}", e);
        }
        catch (Exception e) when (e is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw new SessionStoreException("postgresql", $"PostgreSQL cannot be reached ({(e.InnerException ?? e).GetType().Name}). Look at the connection string, and whether the server runs.", e);
        }
    }

    /// <summary>The version that is there; 0: none.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        var exists = new NpgsqlCommand("select to_regclass($1) is not null", connection) { Parameters = { new() { Value = $"{schema}.store" } } };
        await using var _ = exists.ConfigureAwait(false);
        if (!(bool)(await exists.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!)
        {
            return 0;
        }

        var version = new NpgsqlCommand("select version from store", connection);
        await using var __ = version.ConfigureAwait(false);
        return (int)(await version.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private static async Task UpgradeAsync(NpgsqlConnection connection, string schema, int version, CancellationToken cancellation)
    {
        if (version == 0)
        {
            await ExecuteAsync(connection, $"create schema if not exists {schema}", cancellation).ConfigureAwait(false);
        }

        foreach (var script in Scripts().Skip(version))
        {
            await ExecuteAsync(connection, script, cancellation).ConfigureAwait(false);
        }

        if (version == 0)
        {
            var insert = new NpgsqlCommand("insert into store (version, shards, secret) values ($1, $2, $3)", connection)
            {
                Parameters = { new() { Value = Newest }, new() { Value = Shards }, new() { Value = RandomNumberGenerator.GetBytes(SecretLength) } },
            };
            await using var _ = insert.ConfigureAwait(false);
            await insert.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
        else if (version < Newest)
        {
            await ExecuteAsync(connection, $"update store set version = {Newest}", cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<byte[]> SecretAsync(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        var select = new NpgsqlCommand("select shards, secret from store", connection);
        await using var _ = select.ConfigureAwait(false);
        var reader = await select.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        return reader.GetInt32(0) == Shards
            ? reader.GetFieldValue<byte[]>(1)
            : throw Refusal($"The schema {schema} is for {reader.GetInt32(0)} shards, and this build has {Shards}. Nodes of both must not run at the same time: use the build that fits.");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statements, CancellationToken cancellation)
    {
        var command = new NpgsqlCommand(statements, connection);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static List<string> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            }),
        ];
    }

    private static string AdviceOn(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => " Look at Username and Password of the connection string, and at the server's pg_hba.conf.",
        PostgresErrorCodes.InvalidCatalogName => " Make the database first (create database …), or name another one as Database in the connection string.",
        PostgresErrorCodes.InsufficientPrivilege => " Give its user the rights to create a schema in the database (grant create on database … to …), or let jam-sessions-cluster init make the tables as one who has them, and grant it usage of the schema and its sequences, and select, insert, update and delete on its tables.",
        PostgresErrorCodes.ReadOnlySqlTransaction => " The server is a standby: name all hosts in the connection string, and the one that takes changes is used.",
        PostgresErrorCodes.TooManyConnections => " Give the connection string a smaller Maximum Pool Size, or the server a larger max_connections.",
        _ => "",
    };

    private static SessionStoreException Refusal(string message) => new("postgresql", message);
}
