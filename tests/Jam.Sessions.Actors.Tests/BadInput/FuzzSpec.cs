using Jam.Sessions.Actors.Fuzz;

namespace Jam.Sessions.Actors.Tests.BadInput;

/// <summary>A short run of the fuzzer, and every input that once broke a promise; <c>tests/Jam.Sessions.Actors.Fuzz</c> runs as long as it is let.</summary>
public sealed class FuzzSpec
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "BadInput", "Corpus");

    public static TheoryData<string> Targets { get; } = [.. FuzzTargets.Names];

    public static TheoryData<string> OnceFailed { get; } = [.. Directory.GetFiles(Corpus).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Changed_input_is_read_or_refused_as_documented(string target)
    {
        var report = new Fuzzer(FuzzTargets.Find(target)!, seed: 2026).Run(TimeSpan.FromSeconds(2), runs: 20_000);
        Assert.True(report.Failure is null, $"{report.Failure} The input is {Convert.ToBase64String(report.Failing ?? [])}");
        Assert.True(report.Outcomes > 5);
    }

    [Theory]
    [MemberData(nameof(OnceFailed))]
    public void What_once_failed_does_not_fail_again(string name) =>
        Fuzzer.Once(FuzzTargets.Find(name.Split('.')[0])!, File.ReadAllBytes(Path.Combine(Corpus, name)));
}
