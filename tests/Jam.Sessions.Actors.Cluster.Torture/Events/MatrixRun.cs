using System.Diagnostics;
using Jam.Sessions.Actors.Cluster.Torture.Figures;
using Jam.Sessions.Actors.Cluster.Torture.Ledgers;
using Jam.Sessions.Actors.Cluster.Torture.Machines;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Events;

/// <summary>What events work on: the nodes, the network, the database, and the load.</summary>
internal sealed class MatrixRun
{
    private const int HuntedIds = 2;

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(120);

    public required NodeSet Nodes { get; init; }

    /// <summary>Null where no event needs cables.</summary>
    public Network? Network { get; init; }

    /// <summary>Null where the backend has no database.</summary>
    public Databases? Databases { get; init; }

    /// <summary>This program as another build; null where there is none.</summary>
    public string? OtherBuild { get; init; }

    public required Traffic Traffic { get; init; }

    /// <summary>All writers, the loyal ones as well.</summary>
    public required IReadOnlyList<Writer> Writers { get; init; }

    public required GetCheck Gets { get; init; }

    public required Random Random { get; init; }

    /// <summary>Keys that were not served again in good time, and nodes that ended for no reason.</summary>
    public List<string> Faults { get; } = [];

    public Node RandomNode() => Nodes.All[Random.Next(Nodes.All.Count)];

    /// <summary>Beginnings of ids of the keys that a node owns.</summary>
    public async Task<IReadOnlyList<string>> OwnedAsync(Node node)
    {
        try
        {
            return node.Client is { } client && await client.CallAsync(Verbs.Owned, "").WaitAsync(TimeSpan.FromSeconds(5)) is { Answer: Answer.Ok, Items: { } owned } ? owned : [];
        }
        catch (TimeoutException)
        {
            return [];
        }
    }

    /// <summary>Waits until each key has had an answer to a read and to a change that began after now.</summary>
    public async Task SettleAsync(string what)
    {
        var (now, limit) = (Stopwatch.GetTimestamp(), Stopwatch.StartNew());
        while (!Traffic.IsSettledSince(now))
        {
            if (limit.Elapsed > s_settling)
            {
                Fault($"{s_settling.TotalSeconds} s after {what} there are still no answers: {string.Join(", ", Traffic.WaitingSince(now).Take(6))}");
                return;
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Starts what has ended by itself.</summary>
    /// <param name="expected">The node that may have; null: none may.</param>
    public async Task ReviveAsync(Node? expected = null)
    {
        foreach (var node in await Nodes.ReviveAsync())
        {
            if (node != expected)
            {
                Fault($"{node} ended by itself");
            }
        }
    }

    public void Fault(string text)
    {
        Faults.Add(text);
        Console.WriteLine($"!! {text}");
    }

    /// <summary>Asks a node that may be behind, again and again, for what has just changed elsewhere. It is not waited for.</summary>
    public async Task HuntAsync(Node node, CancellationToken stop)
    {
        var random = new Random(node.Index);
        while (!stop.IsCancellationRequested)
        {
            if (node.Client is { } client)
            {
                foreach (var ledger in Writers.Select(writer => writer.Own))
                {
                    var ids = ledger.Dead(HuntedIds).Concat(ledger.Alive.Select(session => session.Id).OfType<string>().Order(StringComparer.Ordinal).Take(HuntedIds));
                    foreach (var id in ids)
                    {
                        _ = Gets.GetAsync(ledger, id, client);
                    }
                }
            }

            await Task.Delay(150 + random.Next(100), CancellationToken.None);
        }
    }

    /// <summary>Reads, at every node, every session that is alive and those that ended last.</summary>
    /// <param name="dead">How many of each key that have ended.</param>
    public async Task SweepAsync(int dead)
    {
        foreach (var node in Nodes.All)
        {
            foreach (var ledger in Writers.SelectMany(writer => new[] { writer.Own, writer.Kept }))
            {
                if (node.Client is { } client)
                {
                    var ids = ledger.Alive.Select(session => session.Id).OfType<string>().Concat(ledger.Dead(dead));
                    await Task.WhenAll(ids.Select(id => Gets.GetAsync(ledger, id, client))).WaitAsync(s_settling);
                }
            }
        }
    }
}
