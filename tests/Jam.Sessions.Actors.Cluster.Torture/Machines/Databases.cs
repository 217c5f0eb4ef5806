namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>The database of the cluster: one server, or a server and its standby, which may change places.</summary>
internal sealed class Databases : IAsyncDisposable
{
    private const string Name = "jam";
    private const int PoolSize = 30;

    private PostgresServer? _standby;

    private Databases(PostgresServer primary) => Primary = primary;

    public PostgresServer Primary { get; private set; }

    /// <summary>Names both servers where there are two; it stays the same when they change places.</summary>
    public required string ConnectionString { get; init; }

    /// <param name="address">Where nodes find it; null: on the loopback address.</param>
    /// <param name="hasStandby">Whether there is a second server, and a change is acknowledged only when both have it.</param>
    public static async Task<Databases> StartAsync(string? address, bool hasStandby)
    {
        var primary = await PostgresServer.StartAsync(address);
        PostgresServer? standby = null;
        try
        {
            await primary.CreateDatabaseAsync(Name);
            standby = hasStandby ? await primary.StartStandbyAsync() : null;
            if (standby is not null)
            {
                await primary.RequireStandbyAsync();
            }

            return new Databases(primary) { _standby = standby, ConnectionString = primary.ConnectionString(Name, PoolSize, standby) };
        }
        catch
        {
            await primary.DisposeAsync();
            await (standby?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    /// <summary>Kills the server and lets its standby take its place.</summary>
    public async Task FailOverAsync()
    {
        var standby = _standby ?? throw new InvalidOperationException("There is no standby.");
        var before = Primary;
        before.Kill();
        await standby.PromoteAsync();
        (Primary, _standby) = (standby, null);
        await before.DisposeAsync();
    }

    /// <summary>Gives the server a standby again, where the one before it was.</summary>
    public async Task RestoreStandbyAsync(int port)
    {
        _standby = await Primary.StartStandbyAsync(port);
        await Primary.RequireStandbyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await (_standby?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
