using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>A process of its own that runs tests with one mutant on, or with none.</summary>
public static class Child
{
    /// <summary>No mutant has this number.</summary>
    public const int NoMutant = -1;

    private const string Switch = "JAM_SESSIONS_MUTANT";

    /// <summary>What became of one test.</summary>
    public sealed record Result(bool Passed, double Seconds, IReadOnlyList<int> Reaches);

    /// <summary>All tests that there are in <paramref name="folder"/>.</summary>
    public static async Task<IReadOnlyList<TestCase>> ListAsync(WorkFolder folder)
    {
        var cases = new List<TestCase>();
        await using var child = new Started(folder, NoMutant, TestRun.List);
        child.Input.Close();
        while (await child.Output.ReadLineAsync() is { } line)
        {
            if (line.Split('\t') is [TestRun.Found, var type, var number, var name])
            {
                cases.Add(new TestCase(type, int.Parse(number, CultureInfo.InvariantCulture), name));
            }
        }

        return cases;
    }

    /// <summary>Runs <paramref name="cases"/> in their order.</summary>
    /// <param name="folder">Where the mutated build is.</param>
    /// <param name="mutant">Its number, or <see cref="NoMutant"/>.</param>
    /// <param name="mode"><see cref="TestRun.Try"/>, <see cref="TestRun.Measure"/> or <see cref="TestRun.NoteReach"/>.</param>
    /// <param name="cases">What to run.</param>
    /// <param name="patience">How long a case may take, by its place.</param>
    /// <param name="each">Told what became of each, in order.</param>
    /// <returns>The number of cases that came to an end, and whether the next one ran out of time; where neither that nor all, the process has died.</returns>
    public static async Task<(int Ended, bool TimedOut)> RunAsync(
        WorkFolder folder, int mutant, string mode, IReadOnlyList<TestCase> cases, Func<int, TimeSpan> patience, Action<int, Result> each)
    {
        var ended = 0;
        await using var child = new Started(folder, mutant, mode);
        var written = WriteAsync(child.Input, cases);
        try
        {
            while (ended < cases.Count)
            {
                using var tooLong = new CancellationTokenSource(patience(ended));
                if (await ReadAsync(child.Output, tooLong.Token) is not { } result)
                {
                    return (ended, false);
                }

                each(ended++, result);
                if (mode == TestRun.Try && !result.Passed)
                {
                    return (ended, false);
                }
            }

            return (ended, false);
        }
        catch (OperationCanceledException)
        {
            return (ended, true);
        }
        finally
        {
            child.Kill();
            await written;
        }
    }

    /// <summary>Null where the process has ended.</summary>
    private static async Task<Result?> ReadAsync(StreamReader output, CancellationToken cancellationToken)
    {
        while (await output.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Split('\t') is [TestRun.Passed or TestRun.Failed, var seconds, var reaches] words)
            {
                int[] numbers = reaches.Length == 0 ? [] : [.. reaches.Split(',').Select(one => int.Parse(one, CultureInfo.InvariantCulture))];
                return new Result(words[0] == TestRun.Passed, double.Parse(seconds, CultureInfo.InvariantCulture), numbers);
            }
        }

        return null;
    }

    private static async Task WriteAsync(StreamWriter input, IReadOnlyList<TestCase> cases)
    {
        try
        {
            foreach (var test in cases)
            {
                await input.WriteLineAsync($"{test.Class}\t{test.Number}");
            }

            input.Close();
        }
        catch (IOException)
        {
            // It has ended at a test that failed, or was ended.
        }
    }

    private sealed class Started : IAsyncDisposable
    {
        // Short, for sockets have their paths in it.
        private readonly string _temporary = Directory.CreateTempSubdirectory("jm").FullName;
        private readonly Process _process;

        public Started(WorkFolder folder, int mutant, string mode)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(folder.Build, "Jam.Sessions.Actors.Mutants.dll"), mode])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _temporary,
                Environment = { ["TMPDIR"] = _temporary, ["STRYKER_MUTANT_ID_CONTROL_VAR"] = Switch, [Switch] = $"{mutant}" },
            })!;
            _process.ErrorDataReceived += (_, _) => { };
            _process.BeginErrorReadLine();
        }

        public StreamWriter Input => _process.StandardInput;

        public StreamReader Output => _process.StandardOutput;

        public void Kill() => _process.Kill(entireProcessTree: true);

        public async ValueTask DisposeAsync()
        {
            Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            Directory.Delete(_temporary, recursive: true);
        }
    }
}
