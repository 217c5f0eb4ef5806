using PublicApiGenerator;

namespace Jam.Sessions.Actors.Cluster.Tests;

/// <summary>The public surface changes on purpose only.</summary>
public sealed class PublicApiSpec
{
    [Fact]
    public void The_public_api_is_the_approved_one()
    {
        var approved = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.approved.txt"));
        var actual = typeof(JamSessionsCluster).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var received = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllText(received, actual);
        Assert.True(
            approved.ReplaceLineEndings("\n") == actual,
            $"The public API is not the approved one. Compare {received} with PublicApi.approved.txt beside this test; where the change is meant, copy the first over the second and commit it.");
    }
}
