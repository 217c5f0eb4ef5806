using System.Diagnostics;
using Jam.Sessions.Actors.Benchmarks.Peers;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>One of the concurrent callers: a closed loop with one operation outstanding.</summary>
internal sealed class Caller(ISessionPeer peer, Mix mix, Population population, Window window, int number)
{
    // The clock costs as much as an operation that completes on its caller; of those, one in 16 is timed.
    private readonly int _timedEvery = peer.CompletesInline ? 16 : 1;
    private FastRandom _random = new((ulong)number + 1);
    private int _draw = number * 104_729;

    public long Operations { get; private set; }

    /// <summary>Operations on a session that was gone: a get may race with a delete.</summary>
    public long Misses { get; private set; }

    public long Errors { get; private set; }

    public string? FirstError { get; private set; }

    public Latencies Reads { get; } = new();

    public Latencies Writes { get; } = new();

    public async Task RunAsync()
    {
        await Task.Yield();
        for (var turn = 0L; !window.IsOver; turn++)
        {
            // Choosing is not timed: callers that only read draw again for a key without sessions, those that write do not.
            var operation = Choose(out var key, out var place, out var id);
            var started = turn % _timedEvery == 0 ? Stopwatch.GetTimestamp() : 0;
            var done = 1;
            try
            {
                var isFound = true;
                switch (operation)
                {
                    case Operation.Get:
                        isFound = await peer.GetAsync(id!) is not null;
                        break;
                    case Operation.Update:
                        isFound = await peer.UpdateAsync(id!, population.PayloadOf(_random.Next()));
                        break;
                    case Operation.Delete:
                        isFound = await peer.DeleteAsync(id!);
                        break;
                    case Operation.Rework:
                        isFound = await ReworkAsync(key, id!);
                        break;
                    case Operation.Create:
                        done = await CreateAsync(key);
                        break;
                }

                if (!isFound)
                {
                    Misses++;
                    population.TryTake(place, id!);
                }
            }
            catch (Exception e)
            {
                Errors++;
                FirstError ??= $"{e.GetType().Name}: {e.Message}";
            }

            if (window.IsOpen)
            {
                Count(operation, done, started);
            }

            if (window.IsFair)
            {
                await GlobalQueue.End;
            }
            else if (turn % 1024 == 1023)
            {
                // Operations that complete inline must not keep the other callers from their turns.
                await Task.Yield();
            }
        }
    }

    /// <summary>A key without sessions gets one in the place of whatever else was drawn; where callers only read, another key is drawn.</summary>
    private Operation Choose(out int key, out int place, out string? id)
    {
        while (true)
        {
            key = population.KeyOfDraw(_draw++);
            id = population.Find(key, _random.Below(Population.SessionsPerKey), out place);
            var operation = mix.At(_random.Below(1000));
            if (id is null && mix.Writes)
            {
                return Operation.Create;
            }

            var isMine = operation switch
            {
                Operation.Create => true,
                Operation.Delete or Operation.Rework => population.TryTake(place, id!),
                _ => id is not null,
            };
            if (isMine)
            {
                return operation;
            }
        }
    }

    /// <summary>A key with three sessions is signed out everywhere first, which counts as one more operation.</summary>
    private async ValueTask<int> CreateAsync(int key)
    {
        var done = 1;
        if (population.IsFull(key))
        {
            population.Forget(key);
            await peer.ClearAsync(population.Name(key));
            done++;
        }

        await ShowAsync(key, await peer.CreateAsync(population.Name(key), population.PayloadOf(_random.Next())));
        return done;
    }

    private async ValueTask<bool> ReworkAsync(int key, string id)
    {
        if (await peer.ReworkAsync(id) is not { } newId)
        {
            return false;
        }

        await ShowAsync(key, newId);
        return true;
    }

    /// <summary>Where others were faster the key stays at three.</summary>
    private async ValueTask ShowAsync(int key, string id)
    {
        if (!population.TryAdd(key, id))
        {
            await peer.DeleteAsync(id);
        }
    }

    private void Count(Operation operation, int done, long started)
    {
        Operations += done;
        if (started != 0)
        {
            (operation is Operation.Get ? Reads : Writes).Add(Stopwatch.GetTimestamp() - started);
        }
    }
}
