using System.Text;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Guarantee 4, for every operation of the disk, failing at every one of its calls.</summary>
public sealed class FaultSpec(ITestOutputHelper output)
{
    private const int Actions = 24;

    public static TheoryData<string, FaultKind> Faults
    {
        get
        {
            var faults = new TheoryData<string, FaultKind>();
            foreach (var operation in FaultPlan.Operations)
            {
                faults.Add(operation, FaultKind.Once);
                faults.Add(operation, FaultKind.UntilHealed);
            }

            return faults;
        }
    }

    /// <remarks>FAULT_SEED=17 begins with seed 17, FAULT_SEEDS=100 goes on for so many seeds.</remarks>
    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_reported_contradicts_no_acknowledgement_and_is_over_when_it_is_gone(string operation, FaultKind kind)
    {
        var first = Setting.Of("FAULT_SEED", 1);
        var (faults, crashes) = (0, 0);
        for (var seed = first; seed < first + Setting.Of("FAULT_SEEDS", 10); seed++)
        {
            var isMet = true;
            for (var after = 0L; isMet; after += operation == FaultPlan.Full ? 97 + (after / 8) : 1)
            {
                var trial = new FaultTrial(seed, operation, kind, after);
                isMet = trial.Run(Actions);
                faults += isMet ? 1 : 0;
                crashes += trial.Crashes;
            }
        }

        output.WriteLine($"{faults} faults, {crashes} crashes after them");
        Assert.True(faults > 0, $"no trial ever met {operation}");
    }

    /// <summary>Guarantee 8, for a file that another program replaces or removes before any operation of the engine.</summary>
    [Theory]
    [InlineData("""{"_default": {"1": {"key": "foreign", "session_id": "f", "data": "{}", "created_at": 1}}}""")]
    [InlineData("not even JSON")]
    [InlineData(null)]
    public void A_file_that_another_program_replaced_is_left_alone_and_the_journal_keeps_the_changes(string? content)
    {
        var first = Setting.Of("FAULT_SEED", 1);
        var replaced = 0;
        for (var seed = first; seed < first + Setting.Of("FAULT_SEEDS", 10); seed++)
        {
            for (var after = 0L; new ForeignTrial(seed, content is null ? null : Encoding.UTF8.GetBytes(content), after).Run(Actions); after++)
            {
                replaced++;
            }
        }

        output.WriteLine($"replaced {replaced} times");
        Assert.True(replaced > 0);
    }
}
