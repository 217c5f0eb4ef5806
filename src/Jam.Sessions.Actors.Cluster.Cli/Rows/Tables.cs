using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Cli.Rows;

/// <summary>The tables of a cluster, and the way to them.</summary>
internal sealed class Tables
{
    /// <summary>How a fault of theirs names its place.</summary>
    public const string Store = "postgresql";

    private readonly string _connectionString;

    /// <param name="connectionString">As Npgsql takes it.</param>
    /// <param name="schema">Where they are.</param>
    /// <exception cref="AdminRefusal">It is no connection string.</exception>
    public Tables(string connectionString, string schema)
    {
        Schema = schema;
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString)
            {
                SearchPath = schema,
                ApplicationName = CommandLine.Name,
                Pooling = false,
                IncludeErrorDetail = false,
            };
            if (settings.Host?.Contains(',', StringComparison.Ordinal) == true)
            {
                settings.TargetSessionAttributes = "primary";
            }

            _connectionString = string.IsNullOrWhiteSpace(settings.Host) ? throw new ArgumentException("no host") : settings.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // What is wrong with it is not told, for it may be a part of the password.
            throw new AdminRefusal(AdminRefusalKind.BadRequest, "The connection string is none that Npgsql takes, as Host=db1,db2;Database=app;Username=app;Password=…");
        }
    }

    public string Schema { get; }

    /// <summary>A connection, which is the caller's.</summary>
    public NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables, or looks whether they fit.</summary>
    /// <exception cref="SessionStoreException">They do not fit; or what PostgreSQL has against it.</exception>
    public (Routes Routes, int Before) Make(bool mayChange)
    {
        var (secret, before) = ClusterSchema.MakeAsync(_connectionString, Schema, mayChange, CancellationToken.None).GetAwaiter().GetResult();
        return (new Routes(secret), before);
    }

    /// <summary>Their cluster, where they fit this build.</summary>
    /// <exception cref="SessionStoreException">As for <see cref="Make"/>.</exception>
    public Routes Require() => Make(mayChange: false).Routes;

    /// <summary>The version that is there; 0: none.</summary>
    public int Version()
    {
        using var connection = Open();
        return ClusterSchema.VersionAsync(connection, Schema, CancellationToken.None).GetAwaiter().GetResult();
    }
}
