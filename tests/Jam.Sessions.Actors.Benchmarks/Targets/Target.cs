using System.Globalization;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>A number that the engine has to reach: a figure of one measurement, or its ratio to that of another in the same round.</summary>
/// <param name="Limit">Null where the number is there to be seen only.</param>
internal sealed record Target(int Number, string Claim, Limit? Limit, string Figure, string Command, string? Baseline = null)
{
    /// <summary>Whether the number is how much the rounds differ: the largest by the smallest.</summary>
    public bool IsSpread { get; init; }

    public IEnumerable<string> Commands => Baseline is null ? [Command] : [Command, Baseline];

    /// <summary>What the rounds say, the smallest first; empty where they have no answer.</summary>
    public double[] In(IReadOnlyCollection<IReadOnlyDictionary<string, Outcome>> rounds)
    {
        double[] values = [.. rounds.Select(Of).OfType<double>().Order()];
        return !IsSpread ? values : values.Length > 1 ? [values[^1] / values[0]] : [];
    }

    private double? Of(IReadOnlyDictionary<string, Outcome> round) => FigureOf(Command, round) / (Baseline is null ? 1 : FigureOf(Baseline, round));

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
