using System.Globalization;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>A number that the engine has to reach: a figure of one measurement, or its ratio to that of another in the same round.</summary>
internal sealed record Target(int Number, string Claim, Limit Limit, string Figure, string Command, string? Baseline = null)
{
    public IEnumerable<string> Commands => Baseline is null ? [Command] : [Command, Baseline];

    /// <summary>What one round says; null where it has no answer.</summary>
    public double? In(IReadOnlyDictionary<string, Outcome> round) => FigureOf(Command, round) / (Baseline is null ? 1 : FigureOf(Baseline, round));

    private double? FigureOf(string command, IReadOnlyDictionary<string, Outcome> round) =>
        round[command].Figures.TryGetValue(Figure, out var value) ? value : null;
}

/// <summary>Which side of a number is good.</summary>
internal readonly record struct Limit(bool IsMinimum, double Value)
{
    public static Limit AtLeast(double value) => new(true, value);

    public static Limit AtMost(double value) => new(false, value);

    public bool IsMetBy(double value) => IsMinimum ? value >= Value : value <= Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsMinimum ? "≥" : "≤")} {Value}");
}
