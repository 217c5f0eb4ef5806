using System.Diagnostics;
using Akka.Actor;

namespace Jam.Sessions.Actors.Torture.Faults;

/// <summary>What one fault led to.</summary>
/// <param name="Fault">What failed.</param>
/// <param name="Failed">How many calls of the engine failed.</param>
/// <param name="Acknowledgements">How many changes were acknowledged, before, meanwhile and afterwards.</param>
/// <param name="Refusals">How many were refused, each to its caller.</param>
/// <param name="Start">How a start under the fault ended; empty where there was none.</param>
/// <param name="Findings">What was wrong; empty where nothing was.</param>
public sealed record FaultRow(Fault Fault, int Failed, long Acknowledgements, long Refusals, string Start, IReadOnlyList<string> Findings)
{
    public bool IsClean => Findings.Count == 0;

    public override string ToString() =>
        $"{Fault,-48} failed {Failed,6}  acknowledged {Acknowledgements,6}  refused {Refusals,6}  {(IsClean ? "lost 0" : string.Join("; ", Findings.Take(3)))}{(Start.Length > 0 ? $"  start {Start}" : "")}";
}

/// <summary>One process whose system calls really fail: before, under the fault, healed, killed, and what is left.</summary>
public sealed class FaultCell(Fault fault, int writers, SecretMode mode) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(10);

    private readonly string _root = Directory.CreateTempSubdirectory("jam-faults-").FullName;
    private readonly FaultLedger _ledger = new(mode);
    private readonly List<string> _findings = [];
    private int _failed;
    private string _start = "";

    private string JsonPath => Path.Combine(_root, "store", "sessions.json");

    public static string? WhyNot => Injection.WhyNot;

    public async Task<FaultRow> RunAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(JsonPath)!);
        File.WriteAllText(JsonPath, """{"_default": {}}""");
        try
        {
            await (fault.Time == FaultTime.AtStart ? StartUnderFaultAsync() : RunUnderFaultAsync());
            Require(_failed > 0, "none of the engine's own calls failed");
            await CheckAsync();
        }
        catch (Exception e) when (e is JamSessionsException or InvalidDataException or System.Text.Json.JsonException or IOException or TimeoutException)
        {
            _findings.Add($"{e.GetType().Name}: {e.Message}");
        }

        return new FaultRow(fault, _failed, _ledger.Acknowledgements, _ledger.Refusals, _start, _findings);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task RunUnderFaultAsync()
    {
        using var child = new FaultProcess(JsonPath, writers, mode, start: 0, _ledger);
        await child.GoAsync();
        await UntilAsync(() => _ledger.Acknowledgements > 300, "the engine does not start");
        await RequireSecondIsRefusedAsync();
        await FailAsync(child, async injection =>
        {
            var (before, limit) = (_ledger.Refusals, Stopwatch.StartNew());
            await UntilAsync(() => injection.Failed(fault) > 0, "no call failed");
            _ledger.NothingCanBeDurableFrom = fault is { IsSync: true, Time: FaultTime.UntilHealed } ? _ledger.Now : null;

            // Long enough for callers to hear of it and come back, and for whatever goes on all the same.
            await UntilAsync(() => _ledger.Refusals > before + 200 || limit.ElapsedMilliseconds > 700, "");
            await RequireSecondIsRefusedAsync();
        });
        var (healed, acknowledged) = (_ledger.Now, _ledger.Acknowledgements);
        await UntilAsync(() => _ledger.Acknowledgements > acknowledged + 300, "changes do not work once the disk is healed");
        await UntilAsync(() => _ledger.Unanswered(healed) == 0, "callers wait that were never told");
        await RequireSecondIsRefusedAsync();
        await child.KillAsync();
    }

    /// <summary>A killed process has left a journal; the next one starts while its calls fail, and again once they work.</summary>
    private async Task StartUnderFaultAsync()
    {
        using (var former = new FaultProcess(JsonPath, writers, mode, start: 0, _ledger))
        {
            await former.GoAsync();
            await UntilAsync(() => _ledger.Acknowledgements > 300, "the engine does not start");
            await former.KillAsync();
            await CheckAsync();
        }

        if (!OperatingSystem.IsWindows())
        {
            // As another program leaves it: for others to read.
            File.SetUnixFileMode(JsonPath, (UnixFileMode)0b110_100_100);
        }

        using var child = new FaultProcess(JsonPath, writers, mode, start: 1, _ledger);
        var before = Listing();
        await FailAsync(child, async _ =>
        {
            await child.GoAsync();
            await UntilAsync(() => _ledger.IsOpen || _ledger.RefusedStart is not null, "a start neither works nor fails");
        });
        _start = _ledger.IsOpen ? "goes on" : _ledger.RefusedStart!.Split(':')[1];
        if (!_ledger.IsOpen)
        {
            Require(before.IsSubsetOf(Listing()), "a start that was refused removed something");
            await child.GoAsync();
        }

        var acknowledged = _ledger.Acknowledgements;
        await UntilAsync(() => _ledger.Acknowledgements > acknowledged + 300, "a start does not work once the disk is healed");
        await RequireSecondIsRefusedAsync();
        await child.KillAsync();
    }

    private async Task CheckAsync()
    {
        var verdict = new Verdict();
        await using (var crashed = await CrashedStore.OpenAsync(JsonPath, mode, start: 1, Path.Combine(_root, "check"), _ledger.Ids, verdict))
        {
            _findings.AddRange(_ledger.Check(crashed.Stored));
            verdict.Leaked.AddRange(_ledger.Ids.LeaksIn(Path.GetDirectoryName(JsonPath)!));
        }

        _findings.AddRange(verdict.Findings);
    }

    private async Task FailAsync(FaultProcess child, Func<Injection, Task> meanwhile)
    {
        var injection = await Injection.AttachAsync(child.Id, JsonPath, fault);
        try
        {
            if (fault.Error == Fault.Short)
            {
                // The journal in use may grow by a few lines more.
                await child.LimitFilesAsync(new DirectoryInfo(Path.GetDirectoryName(JsonPath)!).GetFiles("*.journal-*").Max(file => file.Length) + 300);
            }

            await meanwhile(injection);
        }
        finally
        {
            if (fault.Error == Fault.Short)
            {
                await child.LimitFilesAsync(null);
            }

            _ledger.NothingCanBeDurableFrom = null;
            await injection.DisposeAsync();
        }

        _failed = injection.Failed(fault);
        injection.Forget();
    }

    private HashSet<string> Listing() => Directory.GetFiles(Path.GetDirectoryName(JsonPath)!).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)).ToHashSet();

    private async Task RequireSecondIsRefusedAsync()
    {
        using var system = ActorSystem.Create("second", Child.Quiet);
        try
        {
            await using var second = await JamSessions.StartAsync(system, mode.Engine(JsonPath));
            _findings.Add("a second process was let in");
        }
        catch (SessionStoreLockedException)
        {
            // As it should be.
        }

        await system.Terminate();
    }

    private void Require(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            _findings.Add(otherwise);
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        for (var limit = Stopwatch.StartNew(); !condition(); await Task.Delay(s_look))
        {
            if (limit.Elapsed > s_patience)
            {
                throw new TimeoutException(otherwise);
            }
        }
    }
}
