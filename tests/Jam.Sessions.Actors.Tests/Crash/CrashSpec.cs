using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Crash;

/// <summary>Guarantees 1 and 2, at every step of the disk and for many outcomes of each.</summary>
public sealed class CrashSpec(ITestOutputHelper output)
{
    private const int Actions = 40;

    /// <remarks>CRASH_SEED=17 begins with seed 17, CRASH_POINTS=1000000 goes on until so many crashes were survived.</remarks>
    [Fact]
    public void A_crash_at_any_step_keeps_what_was_acknowledged_and_no_half_of_anything()
    {
        var watch = Stopwatch.StartNew();
        var explorer = new Explorer();
        var seed = Setting("CRASH_SEED", 1);
        for (var points = Setting("CRASH_POINTS", 20_000); explorer.Points < points; seed++)
        {
            explorer.Explore(seed, Actions);
        }

        output.WriteLine($"{explorer.Points} crashes survived, up to seed {seed - 1}, in {watch.Elapsed}");
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
