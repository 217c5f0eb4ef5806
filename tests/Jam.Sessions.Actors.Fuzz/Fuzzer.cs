using System.Diagnostics;

namespace Jam.Sessions.Actors.Fuzz;

/// <summary>What a run of one target came to.</summary>
internal sealed record FuzzReport(string Target, int Seed, long Executions, int Outcomes, TimeSpan Took, byte[]? Failing, Exception? Failure);

/// <summary>Feeds a target with changed inputs; those that led to something new are changed further.</summary>
internal sealed class Fuzzer(IFuzzTarget target, int seed)
{
    // Two buffers of 1 MiB for each of a few reads and writes, and room for what an input may rightly become.
    private const long AllowedBytes = 64 << 20;
    private const int AllowedBytesPerInputByte = 2_000;
    private const int StackSize = 1 << 20;

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _corpus = [.. target.Seeds];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private long _executions;

    /// <summary>Runs until the time or the number of executions is reached, or an input fails; on a small stack, so that recursion shows.</summary>
    public FuzzReport Run(TimeSpan limit, long runs)
    {
        var clock = Stopwatch.StartNew();
        (byte[]? Input, Exception? Failure) failed = default;
        var thread = new Thread(() => failed = Loop(clock, limit, runs), StackSize);
        thread.Start();
        thread.Join();
        return new FuzzReport(target.Name, seed, _executions, _outcomes.Count, clock.Elapsed, failed.Input, failed.Failure);
    }

    /// <summary>Runs one input: what came of it.</summary>
    /// <exception cref="FuzzFailureException">A promise was broken.</exception>
    public static string Once(IFuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        string outcome;
        try
        {
            outcome = target.Run(input);
        }
        catch (Exception e) when (e is not FuzzFailureException)
        {
            throw new FuzzFailureException($"{e.GetType().Name} came out, which is not documented", e);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= AllowedBytes + (AllowedBytesPerInputByte * (long)input.Length)
            ? outcome
            : throw new FuzzFailureException($"{input.Length} bytes of input took {allocated} bytes of memory");
    }

    private (byte[]?, Exception?) Loop(Stopwatch clock, TimeSpan limit, long runs)
    {
        using var watchdog = new Watchdog();
        var mutator = new Mutator(_random);
        while (_executions < runs && clock.Elapsed < limit)
        {
            var input = _executions < target.Seeds.Count
                ? target.Seeds[(int)_executions]
                : target.Repair(mutator.Mutate(Pick(), Pick()), _random);
            watchdog.Begin(input);
            _executions++;
            try
            {
                if (_outcomes.Add(Once(target, input)) && _executions > target.Seeds.Count)
                {
                    _corpus.Add(input);
                }
            }
            catch (FuzzFailureException e)
            {
                return (input, e);
            }

            watchdog.End();
        }

        return (null, null);
    }

    private byte[] Pick() => _corpus[_random.Next(_corpus.Count)];
}
