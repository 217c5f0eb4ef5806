using System.Globalization;
using Jam.Sessions.Actors.Mutants;

switch (args)
{
    case [TestRun.List]:
        TestRun.All();
        return 0;
    case [TestRun.Try or TestRun.Measure or TestRun.NoteReach]:
        TestRun.Given(untilOneFails: args[0] == TestRun.Try, notesReach: args[0] == TestRun.NoteReach);
        return 0;
}

var (each, seed, minutes, workers, budget, atLeast) = (20, 1, 60.0, 2, 40.0, 0.0);
var folder = Path.Combine(Path.GetTempPath(), "jam-sessions-mutants");
var understood = args.Length % 2 == 0;
for (var i = 0; understood && i < args.Length; i += 2)
{
    understood = args[i] switch
    {
        "--each" => int.TryParse(args[i + 1], out each),
        "--seed" => int.TryParse(args[i + 1], out seed),
        "--minutes" => double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out minutes),
        "--workers" => int.TryParse(args[i + 1], out workers) && workers > 0,
        "--budget" => double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out budget),
        "--at-least" => double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out atLeast),
        "--folder" => (folder = args[i + 1]).Length > 0,
        _ => false,
    };
}

if (!understood)
{
    Console.Error.WriteLine("""
        mutants [--each N] [--seed S] [--minutes M] [--workers W] [--budget SECONDS] [--at-least PERCENT] [--folder FOLDER]
        Changes the engine at places drawn by chance, as many in each folder of its source, and counts the changes that a test notices.
        Stryker makes the changes (dotnet tool restore); what is done lies in FOLDER, and a further run with the same one goes on from there.
          --each      mutants of each folder (default 20); 100000 for all
          --seed      of the drawing (default 1)
          --minutes   begin none after that time (default 60); before that the first run with a folder prepares for half an hour
          --workers   mutants tried at once (default 2)
          --budget    of the tests that reach a mutant so many are run as take so long together (default 40), the short ones first
          --at-least  end with 1 where fewer are noticed (default 0)
          --folder    (default: jam-sessions-mutants in the temporary folder); delete it when source or tests have changed
        """);
    return 2;
}

var work = new WorkFolder(Path.GetFullPath(folder));
work.Create();
if (!work.HasMutants)
{
    work.Save(await MutatedBuild.MakeAsync(work));
}

if (!work.HasCases)
{
    work.Save(await Preparation.RunAsync(work, Console.Out));
}

await new Sample(each, seed, TimeSpan.FromMinutes(minutes), workers, TimeSpan.FromSeconds(budget)).RunAsync(work, Console.Out);
var (percent, table) = Score.Of(work.Mutants, work.Verdicts);
Console.WriteLine($"\n{table}");
return percent < atLeast ? 1 : 0;
