using Jam.Sessions.Actors.Cluster.Torture.Figures;
using Jam.Sessions.Actors.Cluster.Torture.Machines;

namespace Jam.Sessions.Actors.Cluster.Torture.Events;

/// <summary>Events that strike a node.</summary>
internal static class NodeEvents
{
    private static readonly TimeSpan s_drain = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that was away may take to find out that it is no longer a member.</summary>
    private static readonly TimeSpan s_removal = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<MatrixEvent> All { get; } =
    [
        new("kill", "a node gets SIGKILL, and is started again when the others serve its keys", Needs.Durable | Needs.Cluster, run => KillAsync(run, run.RandomNode(), "kill")),
        new("kill-oldest", "the same with the node that has been there longest", Needs.Durable | Needs.Cluster, run => KillAsync(run, run.Nodes.Oldest, "kill-oldest")),
        new("kill-restart", "a node gets SIGKILL, and is started again at once", Needs.Durable, KillRestartAsync),
        new("pause", "a node gets SIGSTOP, and SIGCONT after 15 to 20 s", Needs.Nothing, PauseAsync),
        new("rolling", "each node gets SIGTERM and is started again, one after the other", Needs.Durable, run => RollAsync(run, "rolling", run.Nodes.All)),
        new("upgrade", "the same, and each is started again as the other build; at the next time, as this one", Needs.OtherBuild, UpgradeAsync),
        new("mixed", "one node is started again as the other build; at the next time, as this one", Needs.OtherBuild, MixAsync),
        new("partition", "a node is cut off from the others for 25 s, not from the database", Needs.Network, PartitionAsync),
        new("island", "the first node is cut off, ends, and is started again while it is still cut off", Needs.Network, IslandAsync, IsUsual: false),
    ];

    private static async Task<Window> KillAsync(MatrixRun run, Node victim, string name)
    {
        var window = run.Traffic.Open(name, await run.OwnedAsync(victim));
        victim.Process!.Signal(Signals.Kill);
        await victim.Process.ExitsAsync(s_patience);
        await run.SettleAsync($"{victim} was killed");
        await victim.StartAsync();
        await run.SettleAsync($"{victim} was started");
        return window;
    }

    private static async Task<Window> KillRestartAsync(MatrixRun run)
    {
        var victim = run.RandomNode();
        var window = run.Traffic.Open("kill-restart", await run.OwnedAsync(victim));
        victim.Process!.Signal(Signals.Kill);
        await victim.Process.ExitsAsync(s_patience);
        await victim.StartAsync();
        await run.SettleAsync($"{victim} was killed and started");
        return window;
    }

    private static async Task<Window> PauseAsync(MatrixRun run)
    {
        var victim = run.RandomNode();
        return await AwayAsync(run, "pause", victim, async () =>
        {
            victim.Process!.Signal(Signals.Stop);
            await Task.Delay(TimeSpan.FromSeconds(15 + (run.Random.NextDouble() * 5)));
            victim.Process.Signal(Signals.Continue);
        });
    }

    private static async Task<Window> PartitionAsync(MatrixRun run)
    {
        var victim = run.RandomNode();
        return await AwayAsync(run, "partition", victim, async () =>
        {
            await run.Network!.CutNodeAsync(victim.Index);
            await Task.Delay(TimeSpan.FromSeconds(25));
            await run.Network.HealNodeAsync(victim.Index);
        });
    }

    /// <summary>A node that cannot see the others, and may be the first of a cluster, makes one of its own: two clusters on one database.</summary>
    private static async Task<Window> IslandAsync(MatrixRun run)
    {
        var victim = run.Nodes.All[0];
        return await AwayAsync(run, "island", victim, async () =>
        {
            await run.Network!.CutNodeAsync(victim.Index);
            await victim.Process!.ExitsAsync(s_patience);
            await victim.StartAsync(isOut: true);
            await Task.Delay(TimeSpan.FromSeconds(15));

            // It would go on beside the others for ever.
            victim.Process!.Signal(Signals.Kill);
            await victim.Process.ExitsAsync(s_patience);
            await run.Network.HealNodeAsync(victim.Index);
        });
    }

    private static Task<Window> UpgradeAsync(MatrixRun run)
    {
        var next = OtherThan(run.Nodes.All[0], run);
        foreach (var node in run.Nodes.All)
        {
            node.Program = next;
        }

        return RollAsync(run, "upgrade", run.Nodes.All);
    }

    /// <summary>Both builds are at work until the next time.</summary>
    private static Task<Window> MixAsync(MatrixRun run)
    {
        var node = run.RandomNode();
        node.Program = OtherThan(node, run);
        return RollAsync(run, "mixed", [node]);
    }

    private static string OtherThan(Node node, MatrixRun run)
    {
        var mine = typeof(NodeEvents).Assembly.Location;
        return node.Program == mine ? run.OtherBuild! : mine;
    }

    private static async Task<Window> RollAsync(MatrixRun run, string name, IEnumerable<Node> nodes)
    {
        var window = run.Traffic.Open(name, owned: null);
        foreach (var node in nodes)
        {
            node.Process!.Signal(Signals.Terminate);
            if (!await node.Process.ExitsAsync(s_patience))
            {
                run.Fault($"{node} has not ended {s_patience.TotalSeconds} s after SIGTERM");
                node.Process.Signal(Signals.Kill);
            }

            await node.StartAsync();
        }

        await run.SettleAsync(name);
        return window;
    }

    /// <summary>A node is away and comes back. The load balancer knows; loyal writers and the hunt for stale answers stay.</summary>
    private static async Task<Window> AwayAsync(MatrixRun run, string name, Node victim, Func<Task> happen)
    {
        var owned = await run.OwnedAsync(victim);

        // Where there is one node, the load waits for it.
        victim.IsOut = run.Nodes.All.Count > 1;
        run.Nodes.Victim = victim.IsOut ? victim : null;
        await Task.Delay(s_drain);
        var window = run.Traffic.Open(name, owned);
        using var isOver = new CancellationTokenSource();
        var hunt = run.HuntAsync(victim, isOver.Token);
        await happen();
        if (victim.IsOut)
        {
            // It ends when it has found out; a supervisor starts it again.
            await victim.Process!.ExitsAsync(s_removal);
        }

        await isOver.CancelAsync();
        await hunt;
        await run.ReviveAsync(victim);
        victim.IsOut = false;
        run.Nodes.Victim = null;
        await run.SettleAsync($"{name} of {victim}");
        return window;
    }
}
