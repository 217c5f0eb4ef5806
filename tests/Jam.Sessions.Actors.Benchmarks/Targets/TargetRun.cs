using System.Globalization;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>Measures all targets in rounds, and prints a table. Ratios are those of one round each, so that what slows the machine slows both sides.</summary>
internal sealed class TargetRun(IReadOnlyList<Target> targets, int rounds, RunSettings settings, TextWriter output, TextWriter progress)
{
    private readonly List<Dictionary<string, Outcome>> _rounds = [];

    /// <returns>Whether every target that could be measured is met.</returns>
    public async Task<bool> RunAsync()
    {
        string[] commands = [.. targets.SelectMany(target => target.Commands).Distinct()];
        for (var round = 0; round < rounds; round++)
        {
            _rounds.Add(await MeasureAsync(round % 2 == 0 ? commands : commands.Reverse()));
        }

        await output.WriteLineAsync("| target | measured: median (min–max) | met? |\n|---|---|---|");
        var isMet = true;
        foreach (var target in targets)
        {
            var values = target.In(_rounds);
            var limit = target.Limit is { } reached ? $": {reached}" : "";
            isMet &= values.Length == 0 || target.Limit?.IsMetBy(Median(values)) is not false;
            await output.WriteLineAsync($"| {target.Number}. {target.Claim}{limit} | {Verdict(target, values)} |");
        }

        await ReportAsync();
        return isMet;
    }

    public static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private async Task<Dictionary<string, Outcome>> MeasureAsync(IEnumerable<string> commands)
    {
        var round = new Dictionary<string, Outcome>();
        foreach (var command in commands)
        {
            round[command] = await ChildProcess.MeasureAsync(command, settings);
            await progress.WriteLineAsync(round[command].ToJson(command));
        }

        return round;
    }

    private static string Verdict(Target target, double[] values)
    {
        if (values.Length == 0)
        {
            return "– | not measured";
        }

        var isMet = target.Limit?.IsMetBy(Median(values)) switch
        {
            true => "yes",
            false => "**no**",
            null => "–",
        };
        return target.IsSpread
            ? $"{Text(values[0])} | {isMet}"
            : $"{Text(Median(values))} ({Text(values[0])}–{Text(values[^1])}) | {isMet}";
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 10 ? "0.00" : "0.#", CultureInfo.InvariantCulture);

    private async Task ReportAsync()
    {
        var outcomes = _rounds.SelectMany(round => round).ToList();
        var others = outcomes.Select(outcome => outcome.Value.OthersCpu).Order().ToArray();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{rounds} rounds of {settings.Seconds.TotalSeconds} s; other processes used {Median(others):0.00} cores meanwhile, {others[^1]:0.00} at most."));
        foreach (var remark in outcomes.Where(o => o.Value.Remark is not null).Select(o => $"- {o.Key}: {o.Value.Remark}").Distinct())
        {
            await output.WriteLineAsync(remark);
        }
    }
}
