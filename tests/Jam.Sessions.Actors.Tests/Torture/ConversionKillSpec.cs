using Jam.Sessions.Actors.Torture;
using Jam.Sessions.Actors.Torture.Conversions;
using Xunit.Abstractions;

namespace Jam.Sessions.Actors.Tests.Torture;

/// <summary>A start that converts a store is killed, and again, until one has returned: nobody is signed out, and nothing of before is left.</summary>
public sealed class ConversionKillSpec(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_session_survives_conversions_that_are_killed()
    {
        using var text = new StringWriter();
        var outcome = await ConversionRun.RunAsync(new TortureOptions { Kills = 8, Seed = 2026 }, text);
        output.WriteLine(text.ToString());

        Assert.True(outcome.IsClean, text.ToString());
        Assert.InRange(outcome.Finished, Conversion.All.Count, int.MaxValue);
        Assert.InRange(outcome.Kills, 8, int.MaxValue);
    }

    /// <summary>The harness is worth something only if it finds a store that was not converted.</summary>
    [Fact]
    public async Task A_store_that_was_not_converted_is_found()
    {
        foreach (var conversion in Conversion.All)
        {
            using var store = new ConvertedStore(conversion, new Random(1), keep: false);
            await store.WriteAsync();
            Assert.True(store.Verdict.IsClean, string.Join("\n", store.Verdict.Findings));
            await store.CheckAsync();
            Assert.NotEmpty(store.Verdict.Leaked);
            Assert.NotEmpty(store.Verdict.Lost);
        }
    }
}
