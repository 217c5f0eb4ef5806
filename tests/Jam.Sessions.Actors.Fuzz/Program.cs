using System.Globalization;
using Jam.Sessions.Actors.Fuzz;

var seconds = 60.0;
var runs = long.MaxValue;
var seed = Random.Shared.Next();
string? replay = null;
var understood = args.Length % 2 == 1 && (args[0] == "all" || FuzzTargets.Find(args[0]) is not null);
for (var i = 1; understood && i < args.Length; i += 2)
{
    understood = args[i] switch
    {
        "--seconds" => double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out seconds),
        "--runs" => long.TryParse(args[i + 1], out runs) && (seconds = TimeSpan.FromDays(7).TotalSeconds) > 0,
        "--seed" => int.TryParse(args[i + 1], out seed),
        "--replay" => File.Exists(replay = args[i + 1]),
        _ => false,
    };
}

if (!understood)
{
    Console.Error.WriteLine("""
        fuzz <target|all> [--seconds N | --runs N] [--seed S] [--replay FILE]
        Feeds the readers of the engine with damaged input, and ends with 1 at the first that breaks a promise.
          target     snapshot, journal, fernet, data, options, admin or import
          --seconds  for each target (default 60)
          --runs     executions of each target, however long they take; with --seed the same ones each time
          --seed     of all random choices (default: drawn, and printed)
          --replay   runs the one input of a file
        """);
    return 2;
}

if (replay is not null)
{
    Console.WriteLine(Fuzzer.Once(FuzzTargets.Find(args[0])!, File.ReadAllBytes(replay)));
    return 0;
}

var failures = 0;
foreach (var name in args[0] == "all" ? FuzzTargets.Names : [args[0]])
{
    var report = new Fuzzer(FuzzTargets.Find(name)!, seed).Run(TimeSpan.FromSeconds(seconds), runs);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {report.Executions} executions in {report.Took.TotalSeconds:0} s, {report.Outcomes} distinct outcomes, seed {seed}"));
    if (report.Failing is not { } input)
    {
        continue;
    }

    failures++;
    var path = Path.Combine(Path.GetTempPath(), $"jam-sessions-fuzz-{name}-{seed}.input");
    File.WriteAllBytes(path, input);
    Console.WriteLine($"FAILED: {report.Failure}");
    Console.WriteLine($"The input ({input.Length} bytes) is {path}{(input.Length <= 2_000 ? $", in base64 {Convert.ToBase64String(input)}" : "")}");
}

return failures > 0 ? 1 : 0;
