namespace Jam.Sessions.Actors.Mutants;

/// <summary>Finds out which tests can notice a mutant: those that pass without one, how long each takes, and which mutants each reaches.</summary>
public static class Preparation
{
    /// <summary>Tests that run other processes, which have no mutants, and those that take minutes each.</summary>
    private static readonly string[] s_leftOut = [".Torture.", ".Host.", ".Crash.CrashSpec", ".Crash.FaultSpec", ".Crash.SecondProcessSpec", ".Races.", ".Guarantees.FullDiskSpec"];

    /// <summary>While reach is noted the assembly looks through a list at each mutant.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    public static async Task<IReadOnlyList<MeasuredCase>> RunAsync(WorkFolder folder, TextWriter output)
    {
        var cases = (await Child.ListAsync(folder)).Where(test => !s_leftOut.Any(part => test.Class.Contains(part, StringComparison.Ordinal))).ToList();
        await output.WriteLineAsync($"{cases.Count} tests, without a mutant, and noting which mutants they reach.");
        var results = await Task.WhenAll(MeasureAsync(folder, TestRun.Measure, cases, output), MeasureAsync(folder, TestRun.NoteReach, cases, output));
        return
        [
            .. from number in Enumerable.Range(0, cases.Count)
               let alone = results[0][number]
               where alone is { Passed: true }
               select new MeasuredCase(cases[number], alone.Seconds, results[1][number]?.Reaches ?? []),
        ];
    }

    private static async Task<Child.Result?[]> MeasureAsync(WorkFolder folder, string mode, List<TestCase> cases, TextWriter output)
    {
        var results = new Child.Result?[cases.Count];
        for (var from = 0; from < cases.Count;)
        {
            var offset = from;
            var (ended, timedOut) = await Child.RunAsync(folder, Child.NoMutant, mode, cases[from..], _ => s_patience, (number, result) => results[offset + number] = result);
            from += ended;
            if (from < cases.Count)
            {
                await output.WriteLineAsync($"{mode}: {cases[from].Name} {(timedOut ? $"took more than {s_patience.TotalMinutes} minutes" : "ended its process")}; left out.");
                from++;
            }
        }

        for (var number = 0; number < cases.Count && mode == TestRun.Measure; number++)
        {
            if (results[number] is { Passed: false })
            {
                await output.WriteLineAsync($"Fails without a mutant, left out: {cases[number].Name}");
            }
        }

        return results;
    }
}
