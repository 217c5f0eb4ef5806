using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>The process that is killed, seen from outside: started in advance, let go, listened to, killed.</summary>
public sealed class Victim : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;
    private Task<string> _errors;
    private long _answers;
    private long _enoughAnswers = long.MaxValue;

    public Victim(ChildOptions options)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(Victim).Assembly.Location);
        foreach (var argument in options.ToArguments())
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>The engine has started, or the process has ended before.</summary>
    public Task Open => _open.Task;

    /// <summary>Opens the file and begins to write, telling the ledger.</summary>
    public async Task GoAsync(Ledger ledger)
    {
        ledger.BeginRun();
        foreach (var (number, key, id, version) in ledger.Alive.ToList())
        {
            await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"adopt {number} {key} {id} {version}"));
        }

        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"go {ledger.NextNumber}"));
        await _process.StandardInput.FlushAsync();
        _listening = Task.Run(() => ListenAsync(ledger));
    }

    /// <summary>Waits until so many more operations have been answered, or the process has ended.</summary>
    public async Task AnswersAsync(int count)
    {
        Volatile.Write(ref _enoughAnswers, Volatile.Read(ref _answers) + count);
        await _enough.Task;
    }

    /// <summary>Asks it to dispose the engine while its writers go on.</summary>
    public async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync("stop");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>SIGKILL. Returns what it wrote to stderr when it had ended by itself, and badly; else null.</summary>
    public async Task<string?> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _listening;
        return _process.ExitCode is 0 or 128 + 9 ? null : $"the process ended with {_process.ExitCode}: {(await _errors).Trim()}";
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ListenAsync(Ledger ledger)
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (Report.Parse(line) is { } report)
                {
                    Note(ledger, report);
                }
            }
        }
        finally
        {
            _open.TrySetResult();
            _enough.TrySetResult();
        }
    }

    private void Note(Ledger ledger, Report report)
    {
        ledger.Read(report);
        if (ledger.IsOpen)
        {
            _open.TrySetResult();
        }

        if (report.Kind is not ('>' or '='))
        {
            _answers++;
        }

        if (_answers >= Volatile.Read(ref _enoughAnswers))
        {
            _enough.TrySetResult();
        }
    }
}
