using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Torture.Conversions;

/// <summary>What came of it.</summary>
/// <param name="Moments">How far each start was that was killed before it returned.</param>
/// <param name="Finished">How many conversions a start has finished.</param>
/// <param name="Sessions">How many sessions these had.</param>
/// <param name="Verdict">What was wrong.</param>
public sealed record ConversionOutcome(IReadOnlyList<string> Moments, int Finished, long Sessions, Verdict Verdict)
{
    /// <summary>How many starts were killed before they returned.</summary>
    public int Kills => Moments.Count;

    public bool IsClean => Verdict.IsClean && Finished > 0;
}

/// <summary>Converts stores, and kills each start that does so until one has returned.</summary>
public static class ConversionRun
{
    public static async Task<ConversionOutcome> RunAsync(TortureOptions options, TextWriter output)
    {
        output.WriteLine($"seed {options.Seed}");
        var clock = Stopwatch.StartNew();
        var random = new Random(options.Seed);
        var conversions = Conversion.All.Where(conversion => options.Modes.Contains(conversion.To)).ToList();
        var outcome = new ConversionOutcome([], 0, 0, new Verdict());
        while (conversions.Count > 0 && outcome.Verdict.IsClean && clock.Elapsed < options.Limit && (outcome.Kills < options.Kills || outcome.Finished < conversions.Count))
        {
            var conversion = conversions[outcome.Finished % conversions.Count];
            using var converted = new ConvertedStore(conversion, random, options.Keep);
            await converted.WriteAsync();
            await converted.ConvertAsync();
            outcome = outcome with { Moments = [.. outcome.Moments, .. converted.Moments], Finished = outcome.Finished + 1, Sessions = outcome.Sessions + converted.Sessions };
            outcome.Verdict.Add(converted.Verdict);
            output.WriteLine($"{conversion,-17} {converted.Moments.Count,3} starts killed, then {converted.Sessions} sessions: {(converted.Verdict.IsClean ? "lost 0" : string.Join("; ", converted.Verdict.Findings.Take(5)))}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"kills {outcome.Kills} ({string.Join(", ", outcome.Moments.CountBy(moment => moment).Select(moment => $"{moment.Value} {moment.Key}"))}), conversions finished {outcome.Finished}, sessions {outcome.Sessions}, lost {outcome.Verdict.Lost.Count}, half-applied {outcome.Verdict.HalfApplied.Count}, "
            + $"revived {outcome.Verdict.Revived.Count}, leaked {outcome.Verdict.Leaked.Count}; seed {options.Seed}"));
        return outcome;
    }
}
