using System.Globalization;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>What share of the mutants the tests notice, for each room and for all, from those that were tried.</summary>
public static class Score
{
    /// <summary>The share noticed of all mutants, in percent, each room counted by its size; and the table that says how it came about.</summary>
    public static (double Percent, string Table) Of(IReadOnlyList<Mutant> mutants, IReadOnlyDictionary<int, Verdict> verdicts)
    {
        var lines = new List<string> { "| room | mutants | tried | killed | timed out | survived | not covered | noticed |", "|---|---|---|---|---|---|---|---|" };
        var (share, variance) = (0.0, 0.0);
        foreach (var room in mutants.GroupBy(mutant => mutant.Room).OrderBy(room => room.Key, StringComparer.Ordinal))
        {
            var tried = room.Where(mutant => verdicts.ContainsKey(mutant.Id)).Select(mutant => verdicts[mutant.Id].Outcome).ToList();
            var (size, weight) = (room.Count(), room.Count() / (double)mutants.Count);
            var noticed = tried.Count == 0 ? 0 : Count(Outcome.Killed, Outcome.TimedOut) / (double)tried.Count;
            share += weight * noticed;
            variance += tried.Count < 2 ? 0 : weight * weight * noticed * (1 - noticed) / (tried.Count - 1) * (1 - (tried.Count / (double)size));
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {room.Key} | {size} | {tried.Count} | {Count(Outcome.Killed)} | {Count(Outcome.TimedOut)} | {Count(Outcome.Survived)} | {Count(Outcome.NotCovered)} | {noticed:0.0 %} |"));

            int Count(params Outcome[] outcomes) => tried.Count(outcomes.Contains);
        }

        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| all | {mutants.Count} | {verdicts.Count} | | | | | {share:0.0 %} ± {2 * Math.Sqrt(variance):0.0 %} (two standard errors, each room by its size) |"));
        return (100 * share, string.Join('\n', lines));
    }
}
