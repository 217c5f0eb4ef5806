using System.Runtime.CompilerServices;
using Jam.Sessions.Actors.Tests.Support;
using Jam.Sessions.Actors.Torture;
using Jam.Sessions.Actors.Torture.Faults;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Torture;

/// <summary>Guarantees 1, 4 and 6 on the real disk layer, whose system calls really fail. The torture program runs many more cells.</summary>
public sealed class RealDiskSpec(ITestOutputHelper output)
{
    [StraceFact]
    public async Task Nothing_acknowledged_is_lost_where_system_calls_fail_and_everybody_is_told()
    {
        using var text = new StringWriter();
        var isClean = await FaultMatrix.RunAsync(Fault.Few, SecretMode.Plain, text) && await FaultMatrix.RunAsync(Fault.Few.Take(1), SecretMode.Hashed, text);
        output.WriteLine(text.ToString());
        Assert.True(isClean, text.ToString());
    }

    /// <summary>The harness is worth something only if it finds a cell in which nothing failed.</summary>
    [StraceFact]
    public async Task A_fault_that_no_call_of_the_engine_meets_is_found()
    {
        using var cell = new FaultCell(new Fault("mkdir,mkdirat", "EIO", FaultTime.AtStart), FaultMatrix.Writers, SecretMode.Plain);
        Assert.Equal(["none of the engine's own calls failed"], (await cell.RunAsync()).Findings);
    }

    /// <summary>A test that needs strace; where CI is set its absence is a failure.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class StraceFactAttribute([CallerMemberName] string name = "")
        : ConditionalFactAttribute(Environment.GetEnvironmentVariable("CI") == "true" ? null : FaultCell.WhyNot, name);
}
