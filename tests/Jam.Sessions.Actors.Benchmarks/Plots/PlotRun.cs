using Jam.Sessions.Actors.Benchmarks.Targets;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Plots;

/// <summary>Throughput of the mix web against the size of the store and against the number of callers.</summary>
internal static class PlotRun
{
    private static readonly string[] Peers = ["cdict", "engine-relaxed", "mdc", "cdict-durable", "engine", "akka-direct", "akka-naive"];

    public static async Task RunAsync(int rounds, RunSettings settings, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(ProjectFolder(), "results")).FullName;
        await DrawAsync("throughput-by-size", "sessions in the store (mix web, 64 callers)", [10_000, 100_000, 1_000_000], size => $"web 64 {size}");
        await DrawAsync("throughput-by-callers", "concurrent callers (mix web, 10,000 sessions)", [1, 8, 64, 256], callers => $"web {callers} 10000");

        async Task DrawAsync(string name, string xTitle, int[] xs, Func<int, string> command)
        {
            var series = await MeasureAsync(xs, command, rounds, settings, output);
            var path = Path.Combine(folder, $"{name}.svg");
            await File.WriteAllTextAsync(path, new LogLogChart(xTitle, "operations per second", series).ToSvg());
            await output.WriteLineAsync(path);
        }
    }

    private static async Task<IReadOnlyList<Series>> MeasureAsync(
        int[] xs, Func<int, string> command, int rounds, RunSettings settings, TextWriter output)
    {
        var runs = new Dictionary<(string Peer, int X), List<double>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var run in xs.SelectMany(x => Peers.Select(peer => (Peer: peer, X: x))))
            {
                var line = $"{run.Peer} {command(run.X)}";
                var outcome = await ChildProcess.MeasureAsync(line, settings);
                await output.WriteLineAsync(outcome.ToJson(line));
                if (outcome.Figures.TryGetValue("ops_s", out var throughput))
                {
                    (runs.TryGetValue(run, out var values) ? values : runs[run] = []).Add(throughput);
                }
            }
        }

        return
        [
            .. Peers.Select(peer => new Series(
                peer, [.. xs.Where(x => runs.ContainsKey((peer, x))).Select(x => ((double)x, TargetRun.Median([.. runs[(peer, x)].Order()])))])),
        ];
    }

    /// <summary>The folder of this project's sources, from which it was built.</summary>
    private static string ProjectFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, $"{typeof(PlotRun).Assembly.GetName().Name}.csproj")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? Directory.GetCurrentDirectory();
    }
}
