namespace Jam.Sessions.Actors.Cluster;

/// <summary>How the sessions of several machines are kept. All nodes of a cluster need the same.</summary>
public sealed class JamSessionsClusterOptions
{
    /// <summary>Where PostgreSQL is, as Npgsql takes it. With several hosts the one that takes changes is used.</summary>
    /// <value>Needed. Default: none. Give <c>Maximum Pool Size</c> with the server's <c>max_connections</c> in mind: each node uses up to so many.</value>
    public string ConnectionString { get; set; } = "";

    /// <summary>The schema that the tables are in.</summary>
    /// <value>Lower-case Latin letters, digits and <c>_</c>. Default: <c>jam_sessions</c>.</value>
    public string Schema { get; set; } = "jam_sessions";

    /// <summary>Whether a start makes the tables, and brings them up to date. Without it that is left to <c>jam-sessions-cluster init</c>, and a start refuses tables that do not fit.</summary>
    /// <value>Default: true.</value>
    public bool CreateSchema { get; set; } = true;

    /// <summary>The role of the cluster's members that own sessions; other members may use them all the same.</summary>
    /// <value>Default: none, and then all members do.</value>
    public string? Role { get; set; }

    /// <summary>How long a statement may take before the server counts as away. The server itself ends it after nine tenths of that.</summary>
    /// <value>1 s to 1 minute. Default: 5 s.</value>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a key keeps its owner after its last request; reads on the owner's own node do not count. The next request then reads its rows.</summary>
    /// <value>At least 1 s. Default: 10 minutes.</value>
    public TimeSpan KeyIdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether nodes may talk without TLS over a network. Ids and data then cross it as they are.</summary>
    /// <value>Default: false; loopback needs none.</value>
    public bool AllowPlainRemoting { get; set; }

    /// <summary>The rules of the sessions' lives, ids and sizes, as in a single process.</summary>
    /// <remarks>What is about a file has no meaning here and is refused: encryption, relaxed durability, the operator's socket, memory alone; and <see cref="JamSessionsOptions.MaxSessions"/>.</remarks>
    public JamSessionsOptions Sessions { get; } = new();
}
