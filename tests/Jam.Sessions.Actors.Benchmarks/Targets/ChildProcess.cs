using System.Diagnostics;
using System.Globalization;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Targets;

/// <summary>Makes a measurement in a process of its own: a fresh heap, freshly compiled code, and no traces of the one before.</summary>
internal static class ChildProcess
{
    private const int Tries = 3;

    /// <summary>Once more where others disturbed it.</summary>
    public static async Task<Outcome> MeasureAsync(string command, RunSettings settings)
    {
        var outcome = await OnceAsync(command, settings);
        for (var tries = 1; tries < Tries && outcome.OthersCpu > settings.MaxOthers; tries++)
        {
            outcome = await OnceAsync(command, settings);
        }

        return outcome;
    }

    private static async Task<Outcome> OnceAsync(string command, RunSettings settings)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
        };
        string[] arguments =
        [
            typeof(ChildProcess).Assembly.Location, "run", .. command.Split(' '),
            "--seconds", settings.Seconds.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            "--warm-up", settings.WarmUp.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return output.Split('\n').LastOrDefault(line => line.StartsWith('{')) is { } json
            ? Outcome.FromJson(json)
            : new Outcome(new Figures(), $"the process ended with {child.ExitCode}");
    }
}
