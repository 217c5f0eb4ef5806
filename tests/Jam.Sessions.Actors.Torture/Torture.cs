using System.Diagnostics;
using System.Globalization;

namespace Jam.Sessions.Actors.Torture;

/// <summary>What came of it.</summary>
public sealed record TortureOutcome(
    int Kills, long Acknowledgements, (long All, long Happened) CutOff, IReadOnlyDictionary<string, int> Moments, Verdict Verdict)
{
    public bool IsClean => Verdict.IsClean;
}

/// <summary>Kills the engine again and again, and checks after each kill what is left.</summary>
public static class Torture
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<TortureOutcome> RunAsync(TortureOptions options, TextWriter output)
    {
        output.WriteLine($"seed {options.Seed}");
        var clock = Stopwatch.StartNew();
        var sides = options.Modes.Select(mode => new Side(mode, options)).ToList();
        try
        {
            for (var kill = 0; kill < options.Kills && clock.Elapsed < options.Limit; kill++)
            {
                var side = sides[kill % sides.Count];
                var before = side.Verdict.Findings.Count();
                await side.KillOnceAsync().WaitAsync(Patience);
                foreach (var finding in side.Verdict.Findings.Skip(before))
                {
                    output.WriteLine($"{side.Mode.Name}, kill {side.Kills}: {finding}");
                }

                if (!side.Verdict.IsClean)
                {
                    break;
                }
            }
        }
        finally
        {
            sides.ForEach(side => side.Dispose());
        }

        var outcome = Summary(sides);
        sides.ForEach(side => output.WriteLine(side));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"kills {outcome.Kills} ({string.Join(", ", outcome.Moments.Select(moment => $"{moment.Value} {moment.Key}"))}), "
            + $"acknowledgements {outcome.Acknowledgements}, cut off {outcome.CutOff.All} ({outcome.CutOff.Happened} had happened), lost {outcome.Verdict.Lost.Count}, half-applied {outcome.Verdict.HalfApplied.Count}, "
            + $"revived {outcome.Verdict.Revived.Count}, leaked {outcome.Verdict.Leaked.Count}; {outcome.Kills / clock.Elapsed.TotalMinutes:0} kills a minute; seed {options.Seed}"));
        return outcome;
    }

    private static TortureOutcome Summary(List<Side> sides)
    {
        var verdict = new Verdict();
        sides.ForEach(side => verdict.Add(side.Verdict));
        var moments = sides.SelectMany(side => side.Moments).GroupBy(moment => moment).OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count());
        var cutOff = (sides.Sum(side => side.Ledger.CutOff.All), sides.Sum(side => side.Ledger.CutOff.Happened));
        return new TortureOutcome(sides.Sum(side => side.Kills), sides.Sum(side => side.Ledger.Acknowledgements), cutOff, moments, verdict);
    }

    /// <summary>One file, and the processes that are killed over it.</summary>
    private sealed class Side : IDisposable
    {
        private readonly string _root = Directory.CreateTempSubdirectory("jam-torture-").FullName;
        private readonly TortureOptions _options;
        private readonly string _jsonPath;
        private readonly Random _random;
        private int _starts;
        private Victim _next;

        public Side(SecretMode mode, TortureOptions options)
        {
            Mode = mode;
            Ledger = new Ledger(mode);
            _options = options;
            _random = new Random(options.Seed + SecretMode.All.ToList().IndexOf(mode));
            _jsonPath = Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "store")).FullName, "sessions.json");
            _next = NewVictim();
        }

        public SecretMode Mode { get; }

        public int Kills { get; private set; }

        public List<string> Moments { get; } = [];

        public Ledger Ledger { get; }

        public Verdict Verdict { get; } = new();

        public async Task KillOnceAsync()
        {
            using var victim = _next;
            _starts++;
            await victim.GoAsync(Ledger);
            _next = NewVictim();
            var moment = await MomentAsync(victim);
            if (await victim.KillAsync() is { } fault)
            {
                Verdict.Lost.Add(fault);
            }

            Kills++;
            Moments.Add(!Ledger.IsOpen ? "while starting" : Ledger.IsStopped ? "after stopping" : moment);
            await CheckAsync();
        }

        public void Dispose()
        {
            _next.Dispose();
            if (Verdict.IsClean || !_options.Keep)
            {
                Directory.Delete(_root, recursive: true);
            }
        }

        public override string ToString() =>
            $"{Mode.Name,-8} kills {Kills,4}, acknowledgements {Ledger.Acknowledgements,7}, cut off {Ledger.CutOff.All,5} ({Ledger.CutOff.Happened} had happened)"
            + (Mode.Grace is null ? "" : $", reworks whose answer was lost {Ledger.Reworks.Lost} ({Ledger.Reworks.Repeated} done again)");

        private Victim NewVictim() => new(new ChildOptions(_jsonPath, _random.Next(), Mode, _starts, _options.Writers, _options.Relaxed));

        /// <summary>Waits for the moment to kill.</summary>
        private async Task<string> MomentAsync(Victim victim)
        {
            switch (_random.Next(10))
            {
                case 0 or 1:
                    await Task.Delay(_random.Next(250));
                    return "after a delay";
                case 2 or 3:
                    await victim.AnswersAsync(_random.Next(1, 600));
                    await victim.StopAsync();
                    await Task.Delay(_random.Next(12));
                    return "while stopping";
                case 4 or 5:
                    await victim.AnswersAsync(_random.Next(1, 300));
                    return WaitForFile($"{_jsonPath}.tmp") ? "during a snapshot" : "after answers";
                case 6:
                    await victim.Open;
                    await Task.Delay(_random.Next(100));
                    return "after a delay";
                default:
                    await victim.AnswersAsync(_random.Next(1, 1000));
                    return "after answers";
            }
        }

        private static bool WaitForFile(string path)
        {
            var limit = Stopwatch.StartNew();
            var isThere = false;
            SpinWait.SpinUntil(() => isThere = File.Exists(path), TimeSpan.FromSeconds(2) - limit.Elapsed);
            return isThere;
        }

        private async Task CheckAsync()
        {
            try
            {
                await using var crashed = await CrashedStore.OpenAsync(_jsonPath, Mode, _starts, Path.Combine(_root, "check"), Ledger.Ids, Verdict);
                if (Ledger.IsStopped && !SameSessions(crashed.Stored))
                {
                    Verdict.Lost.Add("the JSON file that a dispose left lacks something");
                }

                Verdict.Add(Ledger.Check(crashed.Stored));
                Verdict.Leaked.AddRange(Ledger.Ids.LeaksIn(Path.GetDirectoryName(_jsonPath)!));
                await crashed.RequireDeadAsync(Ledger.DeadThisRun);
                await crashed.RequireSuccessorsAsync(Ledger.Predecessors, Mode);
            }
            catch (Exception e) when (e is JamSessionsException or InvalidDataException or System.Text.Json.JsonException or IOException)
            {
                Verdict.Lost.Add($"what the kill left cannot be opened: {e.Message}");
            }
        }

        /// <summary>After a completed dispose, the file alone holds everything, and the first key alone reads it.</summary>
        private bool SameSessions(List<StoredSession> recovered) =>
            StoredSession.ReadFile(_jsonPath, Mode, [.. Mode.KeysOf(_starts - 1).Take(1)]).ToHashSet().SetEquals(recovered);
    }
}
