using System.Diagnostics;
using System.Reflection;

namespace Jam.Sessions.Actors.Cluster.Tests.Nodes;

/// <summary>Three real processes under load, killed and replaced: the short run of the matrix, whose ledger knows every change that was acknowledged.</summary>
public sealed class MatrixSpec
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task A_killed_node_and_a_rolling_restart_lose_revive_and_hide_nothing()
    {
        var program = typeof(MatrixSpec).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "TortureAssembly").Value!;
        using var matrix = Process.Start(new ProcessStartInfo("dotnet", [program, "matrix", "--events", "kill,rolling", "--count", "2", "--seconds-between", "3", "--writers", "6", "--seed", "7"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = Task.WhenAll(matrix.StandardOutput.ReadToEndAsync(), matrix.StandardError.ReadToEndAsync());
        await matrix.WaitForExitAsync().WaitAsync(s_patience);
        var text = string.Join('\n', await said);
        Assert.True(matrix.ExitCode == 0, text);
        Assert.Contains("lost 0, revived 0, stale 0", text, StringComparison.Ordinal);
    }
}
