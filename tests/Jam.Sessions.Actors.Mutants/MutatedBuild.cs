using System.Diagnostics;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>The tests with all mutants compiled into the engine, in a folder of their own, and the list of these mutants.</summary>
/// <remarks>
/// Stryker makes both. It has no command for that alone, so it is given a few small tests to run, which takes minutes instead of a day; its assembly is taken
/// while it lies beside the tests, for it puts the former one back when it ends.
/// </remarks>
public static class MutatedBuild
{
    private const string Engine = "Jam.Sessions.Actors.dll";

    public static async Task<IReadOnlyList<Mutant>> MakeAsync(WorkFolder folder)
    {
        var tests = typeof(MutatedBuild).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "TestsFolder").Value!;
        CopyFolder(AppContext.BaseDirectory, folder.Build);

        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(tests, "stryker-config.json")))!;
        var options = config["stryker-config"]!;
        (options["test-case-filter"], options["configuration"]) = ("FullyQualifiedName~Protocol.UnixTimeSpec", "Release");
        (options["reporters"], options["thresholds"]!["break"]) = (new JsonArray("json"), 0);
        await File.WriteAllTextAsync(folder.StrykerConfig, config.ToJsonString());

        var arguments = new[] { "stryker", "--config-file", folder.StrykerConfig, "--output", folder.StrykerOutput, "--skip-version-check" };
        using var stryker = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = tests })!;
        var ended = stryker.WaitForExitAsync();
        var mutated = Path.Combine(tests, "bin", "Release", "net10.0", Engine);
        while (!ended.IsCompleted && !IsMutated(mutated))
        {
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        // It lies there for minutes; a second later it is whole.
        await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(1)));
        if (File.Exists(mutated))
        {
            File.Copy(mutated, Path.Combine(folder.Build, Engine), overwrite: true);
        }

        await ended;
        if (stryker.ExitCode != 0 || !IsMutated(Path.Combine(folder.Build, Engine)))
        {
            throw new InvalidOperationException($"Stryker ended with {stryker.ExitCode} and left no mutated assembly; its output says why. Is it restored (dotnet tool restore)?");
        }

        return Mutant.Read(Path.Combine(folder.StrykerOutput, "reports", "mutation-report.json"));
    }

    private static bool IsMutated(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            var reader = file.GetMetadataReader();
            return reader.TypeDefinitions.Any(type => reader.StringComparer.Equals(reader.GetTypeDefinition(type).Name, TestRun.Control));
        }
        catch (Exception incomplete) when (incomplete is IOException or BadImageFormatException)
        {
            return false;
        }
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
