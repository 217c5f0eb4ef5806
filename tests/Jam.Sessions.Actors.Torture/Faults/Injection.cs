using System.Diagnostics;

namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>Makes system calls of a running process on the files of one store fail, until it is disposed: <c>strace --inject</c>, attached.</summary>
internal sealed class Injection : IAsyncDisposable
{
    // More journals than a cell ever begins.
    private const int Journals = 600;

    private readonly Process _strace;
    private readonly string _log;

    private Injection(Process strace, string log)
    {
        _strace = strace;
        _log = log;
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? WhyNot { get; } = Probe();

    /// <summary>Attaches; calls fail from when this returns.</summary>
    /// <param name="process">Whose calls.</param>
    /// <param name="jsonPath">The store; its directory counts as well.</param>
    /// <param name="fault">What fails, and how.</param>
    public static async Task<Injection> AttachAsync(int process, string jsonPath, Fault fault)
    {
        var log = Path.Combine(Path.GetTempPath(), $"strace-{Guid.NewGuid():N}");
        string[] arguments = ["-f", "-y", "-p", $"{process}", "-o", log, "-e", $"trace={fault.Calls}", .. fault.Inject is { } inject ? ["-e", inject] : Array.Empty<string>()];
        var directory = Path.GetDirectoryName(jsonPath)!;
        string[] names =
        [
            directory, jsonPath, $"{jsonPath}.lock", $"{jsonPath}.tmp", $"{jsonPath}.journal-spare",
            .. Enumerable.Range(1, Journals).Select(number => $"{jsonPath}.journal-{number}"),
        ];
        var strace = Process.Start(new ProcessStartInfo("strace", [.. arguments, .. names.SelectMany(name => new[] { "-P", name })]) { RedirectStandardError = true })!;

        // It says so on stderr once it is attached to every thread there is; after that it has nothing more to say that is read.
        while (await strace.StandardError.ReadLineAsync() is { } line && !line.Contains("attached", StringComparison.Ordinal))
        {
        }

        _ = strace.StandardError.ReadToEndAsync();
        return new Injection(strace, log);
    }

    /// <summary>How many calls have failed so far.</summary>
    /// <param name="fault">What was made to fail.</param>
    public int Failed(Fault fault) => File.Exists(_log) ? ReadShared(_log).Split('\n').Count(fault.IsFailure) : 0;

    /// <summary>Detaches: the disk is healed.</summary>
    public async ValueTask DisposeAsync()
    {
        using var terminate = Process.Start("kill", ["-TERM", $"{_strace.Id}"]);
        await terminate.WaitForExitAsync();
        await _strace.WaitForExitAsync();
        _strace.Dispose();
    }

    public void Forget() => File.Delete(_log);

    private static string ReadShared(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd();
    }

    private static string? Probe()
    {
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            strace.WaitForExit();
            return strace.ExitCode == 0 ? null : "strace may trace no process here";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "strace is not installed";
        }
    }
}
