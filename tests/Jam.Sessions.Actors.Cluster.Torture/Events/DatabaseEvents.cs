using Jam.Sessions.Actors.Cluster.Torture.Figures;

namespace Jam.Sessions.Actors.Cluster.Torture.Events;

/// <summary>Events that strike the database.</summary>
internal static class DatabaseEvents
{
    public static IReadOnlyList<MatrixEvent> All { get; } =
    [
        new("db-kill", "all processes of PostgreSQL get SIGKILL, and it is started again after 2 to 5 s", Needs.Cluster, KillAsync, IsDatabase: true),
        new("db-down", "PostgreSQL is stopped in good order, and started again after 10 s", Needs.Cluster, DownAsync, IsDatabase: true),
        new("db-freeze", "all processes of PostgreSQL get SIGSTOP, and SIGCONT after 12 s", Needs.Cluster, FreezeAsync, IsDatabase: true),
        new("db-cut", "nothing passes between the nodes and PostgreSQL for 12 s", Needs.Network, CutAsync, IsDatabase: true),
        new("db-cut-one", "nothing passes between one node and PostgreSQL for 12 s", Needs.Network, CutOneAsync, IsDatabase: true),
        new("failover", "PostgreSQL is killed, and its standby is promoted", Needs.Standby, FailOverAsync, IsDatabase: true),
    ];

    private static Task<Window> KillAsync(MatrixRun run) => AwayAsync(run, "db-kill", async () =>
    {
        run.Databases!.Primary.Kill();
        await Task.Delay(TimeSpan.FromSeconds(2 + (run.Random.NextDouble() * 3)));
    }, () => run.Databases!.Primary.StartAgainAsync());

    private static Task<Window> DownAsync(MatrixRun run) => AwayAsync(run, "db-down", async () =>
    {
        await run.Databases!.Primary.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(10));
    }, () => run.Databases!.Primary.StartAgainAsync());

    private static Task<Window> FreezeAsync(MatrixRun run) => AwayAsync(run, "db-freeze", async () =>
    {
        run.Databases!.Primary.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(12));
    }, () =>
    {
        run.Databases!.Primary.Thaw();
        return Task.CompletedTask;
    });

    private static Task<Window> CutAsync(MatrixRun run) => AwayAsync(run, "db-cut", async () =>
    {
        await run.Network!.CutDatabaseAsync(run.Nodes.All.Select(node => node.Index));
        await Task.Delay(TimeSpan.FromSeconds(12));
    }, () => run.Network!.HealDatabaseAsync());

    private static async Task<Window> CutOneAsync(MatrixRun run)
    {
        var victim = run.RandomNode();
        return await AwayAsync(run, "db-cut-one", async () =>
        {
            await run.Network!.CutDatabaseAsync([victim.Index]);
            await Task.Delay(TimeSpan.FromSeconds(12));
        }, () => run.Network!.HealDatabaseAsync(), await run.OwnedAsync(victim));
    }

    private static async Task<Window> FailOverAsync(MatrixRun run)
    {
        var port = run.Databases!.Primary.Port;
        var window = await AwayAsync(run, "failover", () => run.Databases.FailOverAsync(), () => Task.CompletedTask);
        await run.Databases.RestoreStandbyAsync(port);
        await run.SettleAsync("the standby was restored");
        return window;
    }

    private static async Task<Window> AwayAsync(MatrixRun run, string name, Func<Task> goAway, Func<Task> comeBack, IReadOnlyList<string>? owned = null)
    {
        var window = run.Traffic.Open(name, owned);
        window.BeginAway();
        await goAway();
        await comeBack();
        window.EndAway();
        await run.SettleAsync(name);
        return window;
    }
}
