using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Torture.Hour;

/// <summary>One bash for the whole hour, so that variables and background jobs live as long as an operator's. File systems that it mounts are seen by it and its children alone, and gone with it.</summary>
internal sealed class Shell : IDisposable
{
    // What bash tells after each command, on a line of its own.
    private readonly string _mark = $"{Guid.NewGuid():N}";
    private readonly Process _bash;

    /// <param name="folder">Where it works.</param>
    /// <param name="preparation">What it runs first.</param>
    public Shell(string folder, string preparation)
    {
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "bash"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _bash = Process.Start(start)!;
        _bash.StandardInput.WriteLine($"exec 2>&1; trap 'kill $(jobs -p) 2> /dev/null' EXIT; {preparation}");
    }

    /// <summary>Runs a command to its end; of one in the background, to its start.</summary>
    /// <returns>Its exit code, and what it said.</returns>
    public async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(string command)
    {
        await _bash.StandardInput.WriteLineAsync($"{{ {command}\n}} < /dev/null; printf '\\n{_mark} %s\\n' $?");
        await _bash.StandardInput.FlushAsync();
        var lines = new List<string>();
        while (await _bash.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(_mark, StringComparison.Ordinal))
            {
                // The line before the mark ends what was said, or is empty.
                return (int.Parse(line[_mark.Length..], CultureInfo.InvariantCulture), lines is [.. var said, ""] ? said : lines);
            }

            lines.Add(line);
        }

        throw new InvalidOperationException($"bash ended: {string.Join('\n', lines)}");
    }

    public void Dispose()
    {
        _bash.StandardInput.Close();
        _bash.WaitForExit();
        _bash.Dispose();
    }
}
