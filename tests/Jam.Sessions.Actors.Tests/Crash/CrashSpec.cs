using System.Diagnostics;
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
        var seed = Setting.Of("CRASH_SEED", 1);
        for (var points = Setting.Of("CRASH_POINTS", 10_000); explorer.Points < points; seed++)
        {
            explorer.Explore(seed, Actions);
        }

        output.WriteLine($"{explorer.Points} crashes survived, up to seed {seed - 1}, in {watch.Elapsed}");
    }

    /// <summary>The explorer is worth something only if it finds a store that forgets to sync.</summary>
    [Theory]
    [InlineData(".journal-")]
    [InlineData(".tmp")]
    [InlineData("")]
    public void A_forgotten_sync_is_found(string file)
    {
        var directory = Path.GetDirectoryName(Life.JsonPath)!;
        var explorer = new Explorer(disk => new LyingDisk(disk, path => file.Length == 0 ? path == directory : path.Contains($".json{file}", StringComparison.Ordinal)));
        var found = Assert.Throws<Violation>(() =>
        {
            for (var seed = 1; seed < 10; seed++)
            {
                explorer.Explore(seed, Actions);
            }
        });
        output.WriteLine($"found after {explorer.Points} crashes: {found.Message}");
    }
}
