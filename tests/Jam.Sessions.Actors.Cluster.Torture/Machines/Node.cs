using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Machines;

/// <summary>A place in the cluster, with one process after the other in it.</summary>
internal sealed class Node(int index, NodeOptions options, string? networkNamespace, string log) : IDisposable
{
    private static long s_starts;

    public int Index => index;

    public string Name => $"n{index}";

    public NodeProcess? Process { get; private set; }

    /// <summary>The connection that calls go over; null where there is none.</summary>
    public NodeClient? Client => Process?.Client is { IsOpen: true } client ? client : null;

    /// <summary>Whether a load balancer would send no calls here, though the connection is open.</summary>
    public bool IsOut { get; set; }

    /// <summary>The assembly that its next process runs: of this build, or of another.</summary>
    public string Program { get; set; } = typeof(Node).Assembly.Location;

    /// <summary>The lower, the longer it has been in the cluster.</summary>
    public long Start { get; private set; }

    /// <summary>Starts a process and returns when it is ready.</summary>
    /// <param name="isOut">See <see cref="IsOut"/>.</param>
    public async Task StartAsync(bool isOut = false)
    {
        Process?.Dispose();
        Process = null;
        Start = Interlocked.Increment(ref s_starts);
        IsOut = isOut;
        Process = await NodeProcess.StartAsync(Program, options, networkNamespace, log);
    }

    public void Dispose() => Process?.Dispose();

    public override string ToString() => Name;
}

/// <summary>All places.</summary>
internal sealed class NodeSet(IReadOnlyList<Node> nodes) : IDisposable
{
    public IReadOnlyList<Node> All => nodes;

    /// <summary>The node that has been in the cluster longest.</summary>
    public Node Oldest => nodes.Where(node => node.Process is { HasExited: false }).MinBy(node => node.Start)!;

    /// <summary>The node that an event strikes.</summary>
    public Node? Victim { get; set; }

    /// <summary>A node that calls may be sent to; null where there is none at the moment.</summary>
    public Node? Pick(Random random)
    {
        var open = nodes.Where(node => node is { IsOut: false, Client: not null }).ToList();
        return open.Count == 0 ? null : open[random.Next(open.Count)];
    }

    /// <summary>Starts the first and then the others, which join it.</summary>
    public async Task StartAsync()
    {
        await nodes[0].StartAsync();
        await Task.WhenAll(nodes.Skip(1).Select(node => node.StartAsync()));
    }

    /// <summary>Starts what has ended by itself, as a supervisor does, and returns which.</summary>
    public async Task<IReadOnlyList<Node>> ReviveAsync()
    {
        var ended = nodes.Where(node => node.Process is null or { HasExited: true } or { Client.IsOpen: false }).ToList();
        foreach (var node in ended)
        {
            if (node.Process is { } process && !await process.ExitsAsync(TimeSpan.FromSeconds(60)))
            {
                process.Signal(Signals.Kill);
                await process.ExitsAsync(TimeSpan.FromSeconds(10));
            }

            await node.StartAsync();
        }

        return ended;
    }

    public void Dispose()
    {
        foreach (var node in nodes)
        {
            node.Dispose();
        }
    }
}
