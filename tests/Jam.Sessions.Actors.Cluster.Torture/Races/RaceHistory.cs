using System.Collections.Concurrent;
using Jam.Sessions.Actors.Cluster.Torture.Ledgers;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;
using Jam.Sessions.Actors.Tests.Races;

namespace Jam.Sessions.Actors.Cluster.Torture.Races;

/// <summary>What was called in one round, when, and what the answer was.</summary>
/// <remarks>A refused call is promised to have changed nothing, and is left out: a change that appears all the same has no call that explains it.</remarks>
internal sealed class RaceHistory(Caller caller)
{
    private readonly ConcurrentQueue<Operation> _operations = new();
    private readonly List<string> _ids = [];
    private int _refused;

    public IReadOnlyList<Operation> Operations => [.. _operations];

    public int Refused => _refused;

    /// <summary>Every id that was issued.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_ids)
            {
                return [.. _ids];
            }
        }
    }

    /// <summary>One of the last ids.</summary>
    public string? AnyId(Random random)
    {
        lock (_ids)
        {
            return _ids.Count == 0 ? null : _ids[Math.Max(0, _ids.Count - 1 - random.Next(4))];
        }
    }

    /// <summary>Calls and records; false where nobody knows whether it has happened.</summary>
    public async Task<bool> CallAsync(int index, Verb verb, string target, string? data, Random random, CancellationToken stop)
    {
        var begin = Clock.Next();
        var reply = await SendAsync(verb, target, data, random, stop);
        var end = Clock.Next();
        switch (reply.Answer)
        {
            case Answer.NotSent:
                return true;
            case Answer.Refused:
                Interlocked.Increment(ref _refused);
                return true;
            case Answer.Ok or Answer.Missing or Answer.Conflict:
                Add(new Operation(index, verb, target, data, begin, end, Text(verb, reply)));
                return true;
            default:
                Add(new Operation(index, verb, target, data, begin, Operation.Never, Answer: null));
                return false;
        }
    }

    /// <summary>The same, again and again until it is answered.</summary>
    public async Task CallUntilSureAsync(int index, Verb verb, string target, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var refused = _refused;
            if (await CallAsync(index, verb, target, data: null, Random.Shared, stop) && _refused == refused)
            {
                return;
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    private Task<Reply> SendAsync(Verb verb, string target, string? data, Random random, CancellationToken stop)
    {
        return verb switch
        {
            Verb.Create => CallAsync(Verbs.Create, data),
            Verb.Get => CallAsync(Verbs.Get),
            Verb.Update => CallAsync(Verbs.Update, data),
            Verb.Swap when data!.Split(" -> ") is [var expected, var written] => CallAsync(Verbs.Update, written, expected),
            Verb.Delete => CallAsync(Verbs.Delete),
            Verb.Clear => CallAsync(Verbs.Clear),
            Verb.ClearOthers => CallAsync(Verbs.Clear, other: data),
            Verb.List => CallAsync(Verbs.List),
            _ => CallAsync(Verbs.Rework),
        };

        Task<Reply> CallAsync(string name, string? data = null, string? other = null) => caller.CallAsync("race", random, name, target, data, other, stop);
    }

    private static string Text(Verb verb, Reply reply) => reply.Answer switch
    {
        Answer.Missing => Operation.Missing,
        Answer.Conflict => Operation.Conflict,
        _ => verb switch
        {
            Verb.Get => Operation.Found(reply.Key!, reply.Value!),
            Verb.List => Operation.Listed(reply.Items!),
            Verb.Update or Verb.Swap or Verb.Delete => Operation.Done,
            _ => reply.Value!,
        },
    };

    private void Add(Operation operation)
    {
        _operations.Enqueue(operation);
        if (operation is { Verb: Verb.Create or Verb.Rework, IsAnswered: true } && operation.Answer != Operation.Missing)
        {
            lock (_ids)
            {
                _ids.Add(operation.Answer!);
            }
        }
    }
}
