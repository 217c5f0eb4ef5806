using System.Collections.Concurrent;
using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Ledgers;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;
using Jam.Sessions.Actors.Tests.Races;

namespace Jam.Sessions.Actors.Cluster.Torture.Races;

/// <summary>Rounds of callers who call all at once over shared keys, through all nodes; each round is a history that must be linearizable.</summary>
/// <param name="name">Part of its keys.</param>
/// <param name="caller">Makes the calls.</param>
/// <param name="figures">Is told what was checked.</param>
/// <param name="findings">Is told what is wrong.</param>
/// <param name="seed">Of all choices.</param>
/// <param name="think">The longest time between two calls: with a long one a round is likely to see an event begin and end.</param>
internal sealed class RaceTable(string name, Caller caller, RaceFigures figures, Findings findings, int seed, TimeSpan think)
{
    private const int Callers = 5;
    private const int Calls = 8;
    private const int Keys = 2;

    private int _values;

    public async Task RunAsync(CancellationToken stop)
    {
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            var history = new RaceHistory(caller);
            var prefix = string.Create(CultureInfo.InvariantCulture, $"race-{name}-{round}");
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(index => CallAsync(history, index, prefix, new Random(HashCode.Combine(seed, name, round, index)), stop)));
            await EndAsync(history, prefix);
            Check(history);
        }
    }

    private async Task CallAsync(RaceHistory history, int index, string prefix, Random random, CancellationToken stop)
    {
        for (var call = 0; call < Calls; call++)
        {
            await Task.Delay(think * random.NextDouble(), CancellationToken.None);
            var key = Key(prefix, random.Next(Keys));
            var id = history.AnyId(random);
            var isSure = await (random.Next(100) switch
            {
                < 20 => history.CallAsync(index, Verb.Create, key, Value(), random, stop),
                < 32 => history.CallAsync(index, Verb.List, key, data: null, random, stop),
                < 36 => history.CallAsync(index, Verb.Clear, key, data: null, random, stop),
                < 40 when id is not null => history.CallAsync(index, Verb.ClearOthers, key, id, random, stop),
                _ when id is null => history.CallAsync(index, Verb.Create, key, Value(), random, stop),
                < 58 => history.CallAsync(index, Verb.Get, id, data: null, random, stop),
                < 72 => history.CallAsync(index, Verb.Update, id, Value(), random, stop),
                < 80 => history.CallAsync(index, Verb.Swap, id, $"{OldValue(random)} -> {Value()}", random, stop),
                < 86 => history.CallAsync(index, Verb.Delete, id, data: null, random, stop),
                _ => history.CallAsync(index, Verb.Rework, id, data: null, random, stop),
            });
            if (!isSure || stop.IsCancellationRequested)
            {
                // What may have happened or not makes a history hard to check: one such call of each caller is enough.
                return;
            }
        }
    }

    /// <summary>Reads everything, and clears it away.</summary>
    private static async Task EndAsync(RaceHistory history, string prefix)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        foreach (var id in history.Ids)
        {
            await history.CallUntilSureAsync(Callers, Verb.Get, id, limit.Token);
        }

        for (var key = 0; key < Keys; key++)
        {
            await history.CallUntilSureAsync(Callers, Verb.List, Key(prefix, key), limit.Token);
            await history.CallUntilSureAsync(Callers, Verb.Clear, Key(prefix, key), limit.Token);
        }
    }

    private void Check(RaceHistory history)
    {
        try
        {
            if (Linearizability.Violation(history.Operations, figures.Checked) is { } violation)
            {
                findings.Add(new Finding(FindingKind.NotLinearizable, violation));
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            figures.Undecided++;
        }

        figures.Rounds++;
        figures.Unanswered += history.Operations.Count(operation => !operation.IsAnswered);
        figures.Acknowledged += history.Operations.Count(operation => operation.IsAnswered && operation.Verb is not (Verb.Get or Verb.List) && operation.Answer != Operation.Missing);
        figures.Refused += history.Refused;
    }

    private static string Key(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number}");

    private string Value() => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{Interlocked.Increment(ref _values)}}}""");

    private string OldValue(Random random) => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{Math.Max(1, Volatile.Read(ref _values) - random.Next(6))}}}""");
}

/// <summary>How much was checked, by all tables together; each table has its own.</summary>
internal sealed class RaceFigures
{
    public CheckFigures Checked { get; } = new();

    public long Rounds { get; set; }

    public long Acknowledged { get; set; }

    public long Unanswered { get; set; }

    public long Refused { get; set; }

    /// <summary>Histories that are too long to check.</summary>
    public long Undecided { get; set; }
}
