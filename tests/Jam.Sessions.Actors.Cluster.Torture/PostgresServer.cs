using System.Globalization;

namespace Jam.Sessions.Actors.Cluster.Torture;

/// <summary>A PostgreSQL server of its own: a new data folder, a free port, everybody trusted. It ends, and its data with it, when it is disposed of.</summary>
/// <remarks>
/// All settings that durability rests on are PostgreSQL's own (<c>fsync</c> and <c>synchronous_commit</c> are on). It can be killed, stopped, frozen and
/// started again, and have a second server as a streaming standby, which can be promoted.
/// </remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "jam";
    private const string Loopback = "127.0.0.1";
    private const int Tries = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly List<int> _frozen = [];

    private PostgresServer(string folder, string address)
    {
        _folder = folder;
        Address = address;
    }

    /// <summary>What to do where there is no server to start; null where there is one.</summary>
    public static string? WhyMissing => PostgresTools.WhyMissing;

    /// <summary>Where clients find it.</summary>
    public string Address { get; }

    public int Port { get; private set; }

    /// <summary>What the server says.</summary>
    public string Log => Path.Combine(_folder, "log");

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a new, empty server and starts it.</summary>
    /// <param name="address">An address besides the loopback one that it listens on too, and that its connection strings name; null: none.</param>
    /// <param name="settings">Lines of <c>postgresql.conf</c>, such as <c>max_connections = 300</c>.</param>
    /// <exception cref="InvalidOperationException">There is no server to start; see <see cref="WhyMissing"/>.</exception>
    public static async Task<PostgresServer> StartAsync(string? address = null, params IEnumerable<string> settings)
    {
        var server = new PostgresServer(await PostgresTools.CreateFolderAsync(), address ?? Loopback);
        try
        {
            await PostgresTools.RunAsync("initdb", "-D", server.Data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N");
            server.Append("pg_hba.conf", "host all all samenet trust");
            server.Append("postgresql.conf", [$"listen_addresses = '{Loopback},{server.Address}'", "unix_socket_directories = ''", "max_connections = 200", .. settings]);
            await server.StartOnFreePortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <param name="database">A database; see <see cref="CreateDatabaseAsync"/>.</param>
    /// <param name="maxPoolSize">How many connections a client may keep; null: Npgsql's own default.</param>
    /// <param name="standby">A second server that the client may find the first one's place taken by.</param>
    public string ConnectionString(string database, int? maxPoolSize = null, PostgresServer? standby = null)
    {
        var hosts = standby is null ? $"Host={Address};Port={Port}" : $"Host={Address}:{Port},{standby.Address}:{standby.Port}";
        return $"{hosts};Username={Superuser};Database={database}" + (maxPoolSize is { } size ? $";Maximum Pool Size={size}" : "");
    }

    public Task CreateDatabaseAsync(string name) => QueryAsync($"create database \"{name}\"");

    /// <summary>What a statement gives, as <c>psql</c> prints it.</summary>
    public Task<string> QueryAsync(string sql, string database = "postgres") =>
        PostgresTools.RunAsync("psql", "-h", Loopback, "-p", $"{Port}", "-U", Superuser, "-d", database, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql);

    /// <summary>SIGKILL to the postmaster and to all of its children, as if the machine had lost its power but for what it had written.</summary>
    public void Kill()
    {
        if (Postmaster is not { } postmaster)
        {
            return;
        }

        // Stopped first, it starts no more children.
        Signals.Send(postmaster, Signals.Stop);
        List<int> processes = [.. PostgresTools.ChildrenOf(postmaster), postmaster];
        processes.ForEach(process => Signals.Send(process, Signals.Kill));
        if (!SpinWait.SpinUntil(() => processes.TrueForAll(PostgresTools.IsDead), s_patience))
        {
            throw new InvalidOperationException("Processes of the PostgreSQL server outlive SIGKILL.");
        }

        _frozen.Clear();

        // It would not start beside a process of this number, and one that nobody has collected yet counts.
        File.Delete(Path.Combine(Data, "postmaster.pid"));
    }

    /// <summary>An orderly stop; with the mode <c>immediate</c>, a crash.</summary>
    public async Task StopAsync(string mode = "fast")
    {
        Thaw();
        if (Postmaster is not null)
        {
            await PostgresTools.RunAsync("pg_ctl", "-D", Data, "-w", "-m", mode, "stop");
        }
    }

    /// <summary>Starts it again with the data and the port that it had, after a kill or a stop.</summary>
    public Task StartAgainAsync() => PostgresTools.RunAsync("pg_ctl", "-D", Data, "-w", "-t", $"{s_patience.TotalSeconds}", "-l", Log, "start");

    /// <summary>Stops all of its processes where they are: connections stay open, and nothing is answered.</summary>
    public void Freeze()
    {
        if (Postmaster is { } postmaster)
        {
            Signals.Send(postmaster, Signals.Stop);
            _frozen.AddRange([.. PostgresTools.ChildrenOf(postmaster), postmaster]);
            _frozen.ForEach(process => Signals.Send(process, Signals.Stop));
        }
    }

    /// <summary>Lets it go on after <see cref="Freeze"/>.</summary>
    public void Thaw()
    {
        _frozen.ForEach(process => Signals.Send(process, Signals.Continue));
        _frozen.Clear();
    }

    /// <summary>A copy of this server that follows it.</summary>
    /// <param name="port">Its port; null: a free one.</param>
    public async Task<PostgresServer> StartStandbyAsync(int? port = null)
    {
        var standby = new PostgresServer(await PostgresTools.CreateFolderAsync(), Address);
        try
        {
            await PostgresTools.RunAsync("pg_basebackup", "-D", standby.Data, "-d", $"host={Loopback} port={Port} user={Superuser}", "-R", "-X", "stream", "-c", "fast");
            await standby.StartOnFreePortAsync(port);
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on a change is committed only when the standby has it on its disk as well. Returns when a standby follows.</summary>
    public async Task RequireStandbyAsync()
    {
        await UntilAsync("select count(*) > 0 from pg_stat_replication where state = 'streaming'");
        await QueryAsync("alter system set synchronous_standby_names = '*'");
        await QueryAsync("select pg_reload_conf()");
        await UntilAsync("select count(*) > 0 from pg_stat_replication where sync_state in ('sync', 'quorum')");
    }

    /// <summary>Makes a standby the server that accepts changes.</summary>
    public Task PromoteAsync() => PostgresTools.RunAsync("pg_ctl", "-D", Data, "-w", "-t", $"{s_patience.TotalSeconds}", "promote");

    public ValueTask DisposeAsync()
    {
        Kill();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The process that has started all others; null where none runs.</summary>
    private int? Postmaster
    {
        get
        {
            var file = Path.Combine(Data, "postmaster.pid");
            return File.Exists(file) && File.ReadLines(file).FirstOrDefault() is { Length: > 0 } line
                && int.Parse(line, CultureInfo.InvariantCulture) is var process && !PostgresTools.IsDead(process) ? process : null;
        }
    }

    private async Task StartOnFreePortAsync(int? port = null)
    {
        for (var tries = 1; ; tries++)
        {
            Port = port ?? PostgresTools.FreePort();
            Append("postgresql.conf", $"port = {Port}");
            try
            {
                await StartAgainAsync();
                return;
            }
            catch (InvalidOperationException) when (port is null && tries < Tries)
            {
                // Somebody else was given the port meanwhile.
            }
        }
    }

    private void Append(string file, params IEnumerable<string> lines) => File.AppendAllLines(Path.Combine(Data, file), lines);

    private async Task UntilAsync(string condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (await QueryAsync(condition) != "t")
        {
            await Task.Delay(50, limit.Token);
        }
    }
}
