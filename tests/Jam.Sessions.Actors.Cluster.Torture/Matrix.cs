using System.Diagnostics;
using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Events;
using Jam.Sessions.Actors.Cluster.Torture.Figures;
using Jam.Sessions.Actors.Cluster.Torture.Ledgers;
using Jam.Sessions.Actors.Cluster.Torture.Machines;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;
using Jam.Sessions.Actors.Cluster.Torture.Races;

namespace Jam.Sessions.Actors.Cluster.Torture;

/// <summary>Starts the nodes and what they need, lets writers call them while one event after the other happens, and says what came of it.</summary>
internal static class Matrix
{
    private const int DeadInASweep = 30;

    /// <param name="options">What, for how long, and with how much load.</param>
    /// <param name="enough">Ends it after the event that is under way; what was seen until then is told.</param>
    /// <param name="stop">Ends it at once, and what it has started with it.</param>
    /// <returns>Whether nothing was lost, revived or out of date, every history is linearizable, and every key was served again after each event.</returns>
    public static async Task<bool> RunAsync(MatrixOptions options, CancellationToken enough, CancellationToken stop)
    {
        Console.WriteLine($"seed {options.Seed}; backend {options.Backend}, {options.Nodes} nodes{(options.IsTls ? " by mutual TLS" : "")}, {options.Writers} writers; {string.Join(", ", options.Events.Select(kind => kind.Name))}");
        var folder = Directory.CreateTempSubdirectory("jam-matrix-").FullName;
        var isClean = false;
        try
        {
            var backend = IBackend.Find(options.Backend)!;
            var needs = options.Events.Aggregate(Needs.Nothing, (all, kind) => all | kind.Needs);
            await using var network = needs.HasFlag(Needs.Network) ? await Network.CreateAsync(options.Nodes) : null;
            await using var databases = backend.IsCluster ? await Databases.StartAsync(network?.DatabaseAddress, needs.HasFlag(Needs.Standby)) : null;
            var certificate = options.IsTls ? Path.Combine(folder, "nodes.pfx") : null;
            if (certificate is not null)
            {
                Certificates.Write(certificate);
            }

            using var nodes = new NodeSet(NodesOf(options, folder, network, databases, certificate));
            await nodes.StartAsync().WaitAsync(enough);
            isClean = await RunAsync(options, nodes, network, databases, enough).WaitAsync(stop);
            return isClean;
        }
        finally
        {
            if (isClean && !options.Keep)
            {
                Directory.Delete(folder, recursive: true);
            }
            else
            {
                Console.WriteLine($"logs of the nodes: {folder}");
            }
        }
    }

    private static List<Node> NodesOf(MatrixOptions options, string folder, Network? network, Databases? databases, string? certificate)
    {
        var places = Enumerable.Range(1, options.Nodes)
            .Select(index => (Index: index, Address: network?.AddressOf(index) ?? "127.0.0.1", Port: PostgresTools.FreePort()))
            .ToList();
        var seeds = places.Select(place => $"{place.Address}:{place.Port}").ToList();
        return [.. places.Select(place => new Node(
            place.Index,
            new NodeOptions(
                options.Backend, place.Address, place.Port, seeds, databases?.ConnectionString ?? Path.Combine(folder, "sessions.json"),
                Path.Combine(folder, $"n{place.Index}.sock"), options.Plant, certificate),
            network?.NamespaceOf(place.Index),
            Path.Combine(folder, $"n{place.Index}.log")))];
    }

    private static async Task<bool> RunAsync(MatrixOptions options, NodeSet nodes, Network? network, Databases? databases, CancellationToken enough)
    {
        var (traffic, findings, clock) = (new Traffic(), new Findings(), Stopwatch.StartNew());
        var gets = new GetCheck(new Caller(nodes, traffic), findings);
        List<Writer> writers =
        [
            .. Enumerable.Range(0, options.Writers).Select(i => new Writer($"{i}", new Caller(nodes, traffic), gets, findings, options.Seed + (2 * i), options.Think)),
            .. LoyalWriters(options, nodes, findings),
        ];
        var run = new MatrixRun
        {
            Nodes = nodes, OtherBuild = options.OtherBuild, Network = network, Databases = databases, Traffic = traffic, Writers = writers, Random = new Random(options.Seed),
            Gets = new GetCheck(new Caller(nodes), findings),
        };
        var tables = Enumerable.Range(0, options.Tables).Select(i => (Figures: new RaceFigures(), Name: $"{i}")).ToList();
        using var stop = new CancellationTokenSource();
        List<Task> load =
        [
            .. writers.Select(writer => Task.Run(() => writer.WriteAsync(stop.Token))),
            .. writers.Select(writer => Task.Run(() => writer.ReadAsync(stop.Token))),
            .. tables.Select((table, i) => Task.Run(() => new RaceTable(
                table.Name, new Caller(nodes), table.Figures, findings, options.Seed, TimeSpan.FromSeconds(i % 2 == 0 ? 0.05 : 2)).RunAsync(stop.Token))),
        ];
        var windows = await HappenAsync(options, run, Task.WhenAll(load), enough);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        await run.SweepAsync(int.MaxValue);
        Verdict.Write(Console.Out, windows, run, findings, [.. tables.Select(table => table.Figures)], gets.Checked + run.Gets.Checked, clock.Elapsed);
        Console.WriteLine($"seed {options.Seed}");
        return findings.IsClean && run.Faults.Count == 0;
    }

    /// <summary>They tell the traffic nothing: who stays with a node that is away waits for it.</summary>
    private static IEnumerable<Writer> LoyalWriters(MatrixOptions options, NodeSet nodes, Findings findings)
    {
        var caller = new Caller(nodes, isLoyal: true);
        var gets = new GetCheck(caller, findings);
        return Enumerable.Range(0, options.Loyal)
            .Select(i => new Writer($"loyal-{i}", caller, gets, findings, options.Seed + 1_000_000 + (2 * i), options.Think));
    }

    private static async Task<List<Window>> HappenAsync(MatrixOptions options, MatrixRun run, Task load, CancellationToken enough)
    {
        var windows = new List<Window>();
        await run.SettleAsync("the start");
        for (var i = 0; i < (options.Count ?? options.Events.Count) && !enough.IsCancellationRequested; i++)
        {
            if (await Task.WhenAny(load, Task.Delay(options.Between)) == load)
            {
                await load;
            }

            await run.ReviveAsync();
            var kind = options.Events[i % options.Events.Count];
            var clock = Stopwatch.StartNew();
            var window = await kind.RunAsync(run);
            run.Traffic.Close();
            windows.Add(window);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i + 1,4} {kind.Name,-12} {clock.Elapsed.TotalSeconds,5:0.0} s: {window}"));
            await run.SweepAsync(DeadInASweep);
        }

        if (windows.Count == 0 && !enough.IsCancellationRequested)
        {
            await Task.Delay(options.Between);
        }

        return windows;
    }
}
