using Jam.Sessions.Actors.Torture;
using Xunit.Abstractions;

using Kills = Jam.Sessions.Actors.Torture.Torture;

namespace Jam.Sessions.Actors.Tests.Torture;

/// <summary>A short run of the torture program, over all ways to keep secrets; <c>tests/Jam.Sessions.Actors.Torture</c> is the long one.</summary>
public sealed class KillSpec(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_acknowledged_session_survives_50_kills()
    {
        using var text = new StringWriter();
        var outcome = await Kills.RunAsync(new TortureOptions { Kills = 50, Seed = 2026 }, text);
        output.WriteLine(text.ToString());

        Assert.True(outcome.IsClean, text.ToString());
        Assert.Equal(50, outcome.Kills);
        Assert.True(outcome.Acknowledgements > 1000, text.ToString());
        Assert.True(outcome.Moments.Count >= 3, text.ToString());
    }

    /// <remarks>A run ends with its first finding. Where only a delete was lost that is a session that came back, so a run may end without a missing one.</remarks>
    [Fact]
    public async Task An_engine_that_acknowledges_before_it_writes_is_found_to_lose_sessions()
    {
        List<string> lost = [];
        using var text = new StringWriter();
        for (var seed = 2026; seed < 2036 && lost.Count == 0; seed++)
        {
            var outcome = await Kills.RunAsync(new TortureOptions { Kills = 25, Seed = seed, Modes = [SecretMode.Plain], Relaxed = true }, text);
            Assert.False(outcome.IsClean, text.ToString());
            lost = outcome.Verdict.Lost;
        }

        Assert.NotEmpty(lost);
    }
}
