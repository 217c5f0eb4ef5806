using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.Mutants;

/// <summary>Tries mutants that are drawn by chance, as many of each room, until none is left or the time is over.</summary>
/// <param name="Each">How many of each room; a room that has fewer gives all.</param>
/// <param name="Seed">Of the drawing: a greater <paramref name="Each"/> adds to what the same seed drew before.</param>
/// <param name="Limit">Nothing is begun after it.</param>
/// <param name="Workers">How many are tried at once.</param>
/// <param name="Budget">How long tests may take together, by what they take without a mutant; the shortest first.</param>
public sealed record Sample(int Each, int Seed, TimeSpan Limit, int Workers, TimeSpan Budget)
{
    /// <summary>How many mutants are tried between two controls, in which none is on and nothing may be noticed.</summary>
    private const int ControlEach = 50;

    private const double LongSeconds = 3;

    public async Task RunAsync(WorkFolder folder, TextWriter output)
    {
        var (mutants, cases, known) = (folder.Mutants, folder.Cases, folder.Verdicts);
        var todo = new ConcurrentQueue<Mutant>(Draw(mutants).Where(mutant => !known.ContainsKey(mutant.Id)));
        var (began, tried) = (TimeProvider.System.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            while (TimeProvider.System.GetElapsedTime(began) < Limit && todo.TryDequeue(out var mutant))
            {
                var verdict = await TryAsync(folder, mutant.Id, Choose(cases, mutant));
                folder.Append(mutant.Id, verdict);
                await output.WriteLineAsync($"{verdict.Outcome,-10} {mutant}{(verdict.Test.Length > 0 ? $" [{verdict.Test}]" : "")}");
                if (Interlocked.Increment(ref tried) % ControlEach == 0 && await TryAsync(folder, Child.NoMutant, Choose(cases, mutant)) is { Test.Length: > 0 } wrong)
                {
                    todo.Clear();
                    throw new InvalidOperationException($"{wrong.Test}: {wrong.Outcome} without a mutant, so verdicts are worth nothing.");
                }
            }
        }));
    }

    /// <summary>In turns from each room, so that a run that is cut off has as many of each.</summary>
    private IEnumerable<Mutant> Draw(IReadOnlyList<Mutant> mutants)
    {
        var random = new Random(Seed);
        var rooms = mutants.GroupBy(mutant => mutant.Room).OrderBy(room => room.Key, StringComparer.Ordinal).Select(room =>
        {
            var all = room.OrderBy(mutant => mutant.Id).ToArray();
            random.Shuffle(all);
            return all;
        }).ToList();
        return from turn in Enumerable.Range(0, Each) from room in rooms where turn < room.Length select room[turn];
    }

    /// <summary>In turns from each class, its shortest first, for what many tests reach is often noticed by a single class; the mutant's own room and short ones come first.</summary>
    private List<MeasuredCase> Choose(IReadOnlyList<MeasuredCase> cases, Mutant mutant)
    {
        var left = Budget.TotalSeconds;
        return
        [
            .. cases.Where(test => mutant.IsStatic || test.Reaches.Contains(mutant.Id))
                .GroupBy(test => test.Case.Class)
                .SelectMany(type => type.OrderBy(test => test.Seconds).Select((test, turn) => (Test: test, Turn: turn)))
                .OrderBy(one => one.Test.Seconds > LongSeconds)
                .ThenBy(one => !one.Test.Case.Class.Contains($".{mutant.Room}.", StringComparison.Ordinal))
                .ThenBy(one => one.Turn)
                .ThenBy(one => one.Test.Seconds)
                .Select(one => one.Test)
                .TakeWhile(test => (left -= test.Seconds) >= 0),
        ];
    }

    private static async Task<Verdict> TryAsync(WorkFolder folder, int mutant, List<MeasuredCase> cases)
    {
        if (cases.Count == 0)
        {
            return new Verdict(Outcome.NotCovered, "");
        }

        var failed = false;
        var (ended, timedOut) = await Child.RunAsync(
            folder,
            mutant,
            TestRun.Try,
            [.. cases.Select(test => test.Case)],
            number => TimeSpan.FromSeconds((10 * cases[number].Seconds) + 20),
            (_, result) => failed |= !result.Passed);
        return failed ? new Verdict(Outcome.Killed, cases[ended - 1].Case.Name)
            : timedOut ? new Verdict(Outcome.TimedOut, cases[ended].Case.Name)
            : ended < cases.Count ? new Verdict(Outcome.Killed, cases[ended].Case.Name)
            : new Verdict(Outcome.Survived, "");
    }
}
