using System.Diagnostics;
using System.Globalization;
using Akka.Actor;

namespace Jam.Sessions.Actors.Cluster.Torture.Speed;

/// <summary>How fast it is, as ratios of what was measured in turns: changes against PostgreSQL's own benchmark, reads against entities that only answer.</summary>
internal static class SpeedRun
{
    private const int Callers = 32, Keys = 2000, Rounds = 5;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(4);
    private static readonly SessionData s_data = SessionData.From($$"""{"cart": "{{new string('x', 180)}}"}""");

    public static async Task<int> RunAsync()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.CreateDatabaseAsync("speed");
        await server.QueryAsync($"create table t (id int primary key, v text); insert into t select i, '{new string('x', 190)}' from generate_series(1, {Keys}) i", "speed");
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, $"\\set id random(1, {Keys})\nupdate t set v = '{new string('y', 190)}' where id = :id;\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var one = await SpeedNodes.StartAsync(1, server.ConnectionString("speed", maxPoolSize: 20), "one");
        await using var three = await SpeedNodes.StartAsync(3, server.ConnectionString("speed", maxPoolSize: 20), "three");
        await using var orleans = await OrleansNode.StartAsync(server, "speed");
        var (idsOfOne, idsOfThree) = (await CreateAsync(one), await CreateAsync(three));
        List<double> bench = [], alone = [], together = [], grains = [], gets = [], echoes = [], remote = [];
        for (var round = 0; round <= Rounds; round++)
        {
            List<(List<double> To, double Value)> measured =
            [
                (bench, await PgbenchAsync(server, script)),
                (alone, await UpdatesAsync(one, idsOfOne)),
                (together, await UpdatesAsync(three, idsOfThree)),
                (grains, await PerSecondAsync(_ => orleans.UpdateAsync($"user{Random.Shared.Next(Keys)}", s_data.Json), Callers)),
                (gets, await PerSecondAsync(caller => one.Clients[0].GetAsync(idsOfOne[caller % Keys]).AsTask(), callers: 1)),
                (echoes, await PerSecondAsync(caller => one.Echoes.Ask<SpeedNodes.Call>(new SpeedNodes.Call($"e{caller % Keys}"), TimeSpan.FromSeconds(5)), callers: 1)),
                (remote, await PerSecondAsync(caller => three.Clients[0].GetAsync(idsOfThree[caller % Keys]).AsTask(), callers: 1)),
            ];

            // The first round warms up.
            measured.ForEach(one => one.To.AddRange(round == 0 ? [] : [one.Value]));
        }

        File.Delete(script);
        Console.WriteLine($"{Rounds} rounds of {s_time.TotalSeconds} s each; medians, and the least and the most.\n");
        Console.WriteLine("| what | ratio | goal |\n|---|---|---|");
        Print("updates, 32 callers, one node / pgbench single-row updates, 32 clients", alone, bench, "≥ 0.8");
        Print("updates, 32 callers, three nodes / the same", together, bench, "≥ 0.5");
        Print("updates, 32 callers, one Orleans silo with ADO.NET storage / the same", grains, bench, "reported");
        Print("time of a local get / of an echo entity behind a region", echoes, gets, "≤ 1.5");
        Print("time of a get among three nodes / the same", echoes, remote, "reported");
        return 0;
    }

    private static async Task<string[]> CreateAsync(SpeedNodes nodes)
    {
        var ids = new string[Keys];
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, cancellation) => ids[i] = await nodes.Clients[0].CreateAsync($"user{i}", s_data, cancellation));
        return ids;
    }

    private static Task<double> UpdatesAsync(SpeedNodes nodes, string[] ids) =>
        PerSecondAsync(i => nodes.Clients[i % nodes.Clients.Count].UpdateAsync(ids[Random.Shared.Next(Keys)], s_data), Callers);

    private static async Task<double> PerSecondAsync(Func<int, Task> call, int callers)
    {
        var (calls, began) = (0L, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; Stopwatch.GetElapsedTime(began) < s_time; i += callers + 1)
            {
                await call(i);
                Interlocked.Increment(ref calls);
            }
        })));
        return calls / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> PgbenchAsync(PostgresServer server, string script)
    {
        var said = await PostgresTools.RunAsync("pgbench", "-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "jam", "-n", "-c", $"{Callers}", "-j", "2", "-T", $"{s_time.TotalSeconds}", "-M", "prepared", "-f", script, "speed");
        var line = said.Split('\n').Single(text => text.StartsWith("tps = ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }

    private static void Print(string what, List<double> of, List<double> over, string goal)
    {
        var ratios = of.Zip(over, (a, b) => a / b).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {ratios[ratios.Count / 2]:0.00} ({ratios[0]:0.00}–{ratios[^1]:0.00}) | {goal} |"));
    }
}
