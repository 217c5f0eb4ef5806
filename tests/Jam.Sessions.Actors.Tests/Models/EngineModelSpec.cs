using System.Globalization;
using CsCheck;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Models;

/// <summary>The whole engine does what a dictionary does, through restarts and crashes.</summary>
/// <remarks>
/// A failure prints the shortest failing script that was found, and the seed that repeats it. The environment variable
/// <c>JAM_SESSIONS_SCRIPTS</c> sets how many scripts are tried.
/// </remarks>
public sealed class EngineModelSpec : EngineTest
{
    private const string Secret = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

    private static readonly int s_scripts =
        int.Parse(Environment.GetEnvironmentVariable("JAM_SESSIONS_SCRIPTS") ?? "35", NumberStyles.None, CultureInfo.InvariantCulture);

    private int _runs;

    [Theory]
    [InlineData(false, Durability.Durable)]
    [InlineData(true, Durability.Durable)]
    [InlineData(false, Durability.Relaxed)]
    public Task Any_script_does_what_a_dictionary_does(bool isCrypt, Durability durability)
    {
        // Relaxed durability may lose the last changes in a crash, so it is given none.
        return Scripts(durability == Durability.Durable ? StepKind.Crash : StepKind.Restart).SampleAsync(
            script => RunAsync(script, o => (o.IsSessionCrypt, o.SessionAesSecret, o.Durability) = (isCrypt, Secret, durability), _ => true),
            iter: s_scripts,
            threads: 1,
            print: Print);
    }

    [Fact]
    public async Task A_crash_that_loses_the_journal_is_found_with_a_short_script()
    {
        var e = await Assert.ThrowsAsync<CsCheckException>(() => Scripts(StepKind.Crash).SampleAsync(
            script => RunAsync(script, _ => { }, survivor => !survivor.Contains(".journal-", StringComparison.Ordinal)),
            iter: 60,
            threads: 1,
            print: Print));
        Assert.Contains($"{Environment.NewLine}crash", e.Message, StringComparison.Ordinal);
    }

    private static Gen<Step[]> Scripts(StepKind last)
    {
        // Verbs are more frequent than what takes long.
        var kinds = Gen.Frequency(
            (20, Gen.Int[0, (int)StepKind.Rework]),
            (5, Gen.Const((int)StepKind.Create)),
            (3, Gen.Int[(int)StepKind.Flush, (int)last]));
        return Gen.Select(kinds, Gen.Int[0, 2], Gen.Int[0, 11], Gen.Int[0, 99])
            .Select((kind, key, session, value) => new Step((StepKind)kind, key, session, value))
            .Array[1, 40];
    }

    private static string Print(Step[] script) => Environment.NewLine + string.Join(Environment.NewLine, script.Select(step => step.ToString()));

    private async Task RunAsync(Step[] script, Action<JamSessionsOptions> configure, Func<string, bool> survives)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $"run-{_runs++}")).FullName;
        await using var engine = new ScriptedEngine(
            path => StartAsync(o =>
            {
                o.JsonPath = path;
                configure(o);
            }),
            folder,
            survives);
        await engine.RunAsync(script);
    }
}
