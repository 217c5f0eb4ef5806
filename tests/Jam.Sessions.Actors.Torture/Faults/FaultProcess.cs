using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>A <see cref="FaultChild"/> seen from outside.</summary>
internal sealed class FaultProcess : IDisposable
{
    private readonly Process _process;
    private readonly FaultLedger _ledger;
    private readonly Task _listening;

    public FaultProcess(string jsonPath, int writers, SecretMode mode, int start, FaultLedger ledger)
    {
        _ledger = ledger;
        _ledger.BeginRun();
        _process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(FaultProcess).Assembly.Location, "faults-child", jsonPath, $"{writers}", mode.Name, $"{start}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _listening = Task.Run(ListenAsync);
    }

    public int Id => _process.Id;

    public async Task GoAsync()
    {
        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"go {_ledger.NextNumber}"));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>No file may be longer: a write across the limit is short, one behind it fails with EFBIG. Null for no limit.</summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{Id}", $"--fsize={bytes?.ToString(CultureInfo.InvariantCulture) ?? "unlimited"}:"]);
        await prlimit.WaitForExitAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _listening;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Report.Parse(line) is { } report)
            {
                _ledger.Read(report);
            }
        }
    }
}
