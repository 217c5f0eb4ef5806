using BenchmarkDotNet.Running;
using Jam.Sessions.Actors.Benchmarks;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Plots;
using Jam.Sessions.Actors.Benchmarks.Targets;
using Jam.Sessions.Actors.Benchmarks.Workload;

var line = new Arguments(args);
switch (line.Words)
{
    case ["run", .. var command]:
        Console.WriteLine((await MeasureAsync(command)).ToJson(string.Join(' ', command)));
        return 0;
    case ["targets"]:
        var only = line.Text("only")?.Split(',');
        Target[] targets = [.. AllTargets.List.Where(target => only is null || only.Contains($"{target.Number}"))];
        return await new TargetRun(targets, (int)line.Number("rounds", 5), line.Settings(seconds: 2), Console.Out, Console.Error).RunAsync() ? 0 : 1;
    case ["plot"]:
        await PlotRun.RunAsync((int)line.Number("rounds", 3), line.Settings(seconds: 2), Console.Out);
        return 0;
    case ["check"]:
        foreach (var name in Catalog.Names.Where(name => name != "akka-echo").SelectMany(name => new[] { name, name + TextPeer.Suffix }))
        {
            Console.WriteLine($"{name}: {await CheckAsync(name)}");
        }

        return 0;
    case ["hops", ..]:
        // In this process: no second build, with the rules of this repository, of a program that BenchmarkDotNet generates.
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Skip(1), "--inProcess"]);
        return 0;
    default:
        Console.Error.WriteLine($"""
            targets [--rounds 5] [--seconds 2] [--only 1,2]   measures what the engine has to reach, and prints a table; ends with 1 where it does not
            plot [--rounds 3] [--seconds 2]                   draws throughput against store size and against callers, into results/
            run <peer> <mix> <callers> <preload> [--fair] [--seconds 3]
                                                              one run, as a line of JSON
            check                                             whether the peers do what the workload takes them to do
            hops --filter '*' [--job short]                   each hop beside its baseline, with BenchmarkDotNet
              peer          {string.Join(", ", Catalog.Names)};
                            the engine also with -relaxed, -encrypted and -ask behind it;
                            each with {TextPeer.Suffix} behind that: its callers have .NET strings, and every call converts
              mix           web, write, get, update or create
              --fair        each operation begins at the end of the thread pool's queue: for latencies
              --warm-up     seconds before the measured ones (4): what runs for months is compiled for good
              --max-others  measures again, twice at most, where other processes used more cores than this
            Files go to {Scratch.Variable}, which must be on the disk that is meant, or to the temporary folder.
            """);
        return 2;
}

async Task<Outcome> MeasureAsync(string[] command)
{
    try
    {
        var figures = await Measurements.RunAsync(command, line.Settings(seconds: 3));
        return new Outcome(figures, figures.FirstError);
    }
    catch (PeerMissingException missing)
    {
        return new Outcome(new Figures(), missing.Message);
    }
}

static async Task<string> CheckAsync(string name)
{
    try
    {
        await SelfTest.RunAsync(name);
        return "as it should be";
    }
    catch (Exception e) when (e is PeerMissingException or InvalidOperationException)
    {
        return e.Message;
    }
}
