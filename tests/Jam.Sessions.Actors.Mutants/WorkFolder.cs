using System.Globalization;
using System.Text.Json;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>What a run of mutants leaves on the disk, so that the next one goes on where it ended.</summary>
/// <remarks>
/// <code>
/// build/           the tests, and the engine with all its mutants
/// stryker/         what Stryker wrote
/// mutants.json     the list of the mutants
/// cases.json       the tests that pass without a mutant, how long each takes, and the mutants that it reaches
/// verdicts.tsv     one line for each mutant tried: its number, the verdict, the test that noticed it
/// </code>
/// </remarks>
public sealed class WorkFolder(string path)
{
    private readonly Lock _verdicts = new();

    public string Build => Path.Combine(path, "build");

    public string StrykerConfig => Path.Combine(path, "stryker.json");

    public string StrykerOutput => Path.Combine(path, "stryker");

    private string MutantsFile => Path.Combine(path, "mutants.json");

    private string CasesFile => Path.Combine(path, "cases.json");

    private string VerdictsFile => Path.Combine(path, "verdicts.tsv");

    public bool HasMutants => File.Exists(MutantsFile);

    public bool HasCases => File.Exists(CasesFile);

    public void Create() => Directory.CreateDirectory(path);

    public IReadOnlyList<Mutant> Mutants => JsonSerializer.Deserialize<List<Mutant>>(File.ReadAllText(MutantsFile))!;

    public IReadOnlyList<MeasuredCase> Cases => JsonSerializer.Deserialize<List<MeasuredCase>>(File.ReadAllText(CasesFile))!;

    /// <summary>By the mutant's number; the later one where there are two.</summary>
    public IReadOnlyDictionary<int, Verdict> Verdicts => !File.Exists(VerdictsFile)
        ? new Dictionary<int, Verdict>()
        : File.ReadLines(VerdictsFile).Select(line => line.Split('\t')).GroupBy(words => int.Parse(words[0], CultureInfo.InvariantCulture))
            .ToDictionary(lines => lines.Key, lines => new Verdict(Enum.Parse<Outcome>(lines.Last()[1]), lines.Last()[2]));

    public void Save(IReadOnlyList<Mutant> mutants) => File.WriteAllText(MutantsFile, JsonSerializer.Serialize(mutants));

    public void Save(IReadOnlyList<MeasuredCase> cases) => File.WriteAllText(CasesFile, JsonSerializer.Serialize(cases));

    public void Append(int mutant, Verdict verdict)
    {
        lock (_verdicts)
        {
            File.AppendAllText(VerdictsFile, $"{mutant}\t{verdict.Outcome}\t{verdict.Test}\n");
        }
    }
}

/// <summary>A test that passes without a mutant.</summary>
/// <param name="Case">Which one.</param>
/// <param name="Seconds">How long it took then.</param>
/// <param name="Reaches">The numbers of the mutants whose place it passed.</param>
public sealed record MeasuredCase(TestCase Case, double Seconds, IReadOnlyList<int> Reaches);

/// <summary>How a mutant was noticed, or that it was not.</summary>
public enum Outcome
{
    /// <summary>No test reaches its place.</summary>
    NotCovered,

    /// <summary>All tests that reach it, within the time for one mutant, passed.</summary>
    Survived,

    /// <summary>A test failed, or the process ended.</summary>
    Killed,

    /// <summary>A test took ten times as long as without it, and 20 s more.</summary>
    TimedOut,
}

/// <param name="Outcome">Of all tests together.</param>
/// <param name="Test">The test that noticed it; empty where none did.</param>
public sealed record Verdict(Outcome Outcome, string Test);
