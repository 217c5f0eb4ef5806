using System.Globalization;
using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Races;

/// <summary>Rounds of a few callers who call all at once, over few keys and ids that all of them know or guess.</summary>
/// <remarks>
/// Ids are <c>s1</c>, <c>s2</c>, … so that callers can name a session before its create or rework has answered. A round ends with a read of
/// every id and a clear of every key, each in its turn: the engine is then empty, and the next round stands alone.
/// </remarks>
internal sealed class Callers(int seed)
{
    private const int Count = 8;
    private const int Watchers = 2;
    private const int Calls = 6;
    private const int Keys = 3;
    private const int MostClears = 100;

    private int _issued;
    private int _values;
    private int _round;

    public CheckFigures Figures { get; } = new();

    public int Refused { get; private set; }

    public int Unanswered { get; private set; }

    /// <summary>How many calls of a hundred are given up by their callers.</summary>
    public int GivenUp { get; init; } = 8;

    /// <summary>Whether the verbs that go beyond jam are among the calls.</summary>
    public bool HasAllVerbs { get; init; }

    /// <summary>How many living sessions a key may have in the engine that is called.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Lets so much time pass for that engine that sessions end which nobody uses; null: nobody does.</summary>
    public Action? Wait { get; init; }

    /// <summary>For <see cref="JamSessionsOptions.IdFactory"/>.</summary>
    public string NextId() => Id(Interlocked.Increment(ref _issued));

    /// <summary>Runs one round.</summary>
    /// <param name="client">The engine, or something that pretends to be one.</param>
    /// <param name="engine">The engine's actor; null to use the client alone.</param>
    /// <param name="heal">Called before the reads at the end.</param>
    /// <returns>What no serial order explains, or null.</returns>
    public async Task<string?> RoundAsync(IJamSessions client, IActorRef? engine, Action? heal = null)
    {
        var recorder = new Recorder(client, engine, Wait);
        var round = ++_round;
        var first = _issued + 1;
        using var stop = new CancellationTokenSource();
        var watchers = Enumerable.Range(Count, Watchers).Select(caller => Task.Run(() =>
        {
            var random = new Random(HashCode.Combine(seed, round, caller));
            return recorder.WatchAsync(caller, () => AnyId(random), most: 10, stop.Token);
        })).ToList();
        var callers = Enumerable.Range(0, Count).Select(caller => Task.Run(async () =>
        {
            var random = new Random(HashCode.Combine(seed, round, caller));
            for (var call = 0; call < Calls; call++)
            {
                await CallAsync(recorder, caller, random, engine is not null);
            }
        })).ToList();
        await Task.WhenAll(callers);
        await stop.CancelAsync();
        await Task.WhenAll(watchers);

        heal?.Invoke();
        for (var number = first; number <= _issued + 1; number++)
        {
            await recorder.CallAsync(Count, Recorder.Way.Client, Verb.Get, Id(number));
        }

        for (var key = 0; key < Keys; key++)
        {
            await ClearAsync(recorder, Key(key));
        }

        Refused += recorder.Refused;
        Unanswered += recorder.History.Count(operation => !operation.IsAnswered);
        return Linearizability.Violation(recorder.History, Figures, Limit);
    }

    public override string ToString() =>
        $"{_round} rounds, {Figures.Parts} histories with {Figures.Operations} operations, {Unanswered} given up, {Refused} refused; longest history {Figures.LongestHistory}, most tries {Figures.MostTries}";

    /// <summary>A write that began before the disk was healed may still fail, and a clear with it; the next one does not.</summary>
    private static async Task ClearAsync(Recorder recorder, string key)
    {
        for (var tries = 0; tries < MostClears; tries++)
        {
            var refused = recorder.Refused;
            await recorder.CallAsync(Count, Recorder.Way.Client, Verb.Clear, key);
            if (recorder.Refused == refused)
            {
                return;
            }
        }

        throw new InvalidOperationException("The engine refuses to clear a key though its disk works.");
    }

    private Task CallAsync(Recorder recorder, int caller, Random random, bool canAsk)
    {
        var way = (isGivenUp: random.Next(100) < GivenUp, asks: canAsk && random.Next(2) == 0) switch
        {
            (true, true) => Recorder.Way.TimedOut,
            (true, false) => Recorder.Way.Cancelled,
            (false, true) => Recorder.Way.Ask,
            _ => Recorder.Way.Client,
        };
        if (HasAllVerbs && random.Next(3) == 0)
        {
            return random.Next(10) switch
            {
                < 4 => recorder.CallAsync(caller, way, Verb.List, Key(random.Next(Keys))),
                < 6 => recorder.CallAsync(caller, way, Verb.ClearOthers, Key(random.Next(Keys)), AnyId(random)),
                < 9 => recorder.CallAsync(caller, way, Verb.Swap, AnyId(random), $"{OldValue(random)} -> {Value()}"),
                _ => Wait is null ? Task.CompletedTask : recorder.CallAsync(caller, Recorder.Way.Client, Verb.Wait, ""),
            };
        }

        return random.Next(100) switch
        {
            < 25 => recorder.CallAsync(caller, way, Verb.Create, Key(random.Next(Keys)), Value()),
            < 45 => recorder.CallAsync(caller, way, Verb.Get, AnyId(random)),
            < 65 => recorder.CallAsync(caller, way, Verb.Update, AnyId(random), Value()),
            < 75 => recorder.CallAsync(caller, way, Verb.Delete, AnyId(random)),
            < 80 => recorder.CallAsync(caller, way, Verb.Clear, Key(random.Next(Keys))),
            _ => recorder.CallAsync(caller, way, Verb.Rework, AnyId(random)),
        };
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number}");

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"user{number}");

    /// <summary>One of the last ids, or one of the next two.</summary>
    private string AnyId(Random random) => Id(Math.Max(1, Volatile.Read(ref _issued) + 2 - random.Next(7)));

    /// <summary>One of the last values that were written.</summary>
    private string OldValue(Random random) => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{Math.Max(1, Volatile.Read(ref _values) - random.Next(6))}}}""");

    private string Value() => string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{Interlocked.Increment(ref _values)}}}""");
}
