using System.Globalization;
using Jam.Sessions.Actors.Cluster.Torture.Nodes;

namespace Jam.Sessions.Actors.Cluster.Torture.Ledgers;

/// <summary>One caller that changes the sessions of keys of its own, one change after the other, and a reader beside it.</summary>
internal sealed class Writer
{
    private const int MaxSessions = 8;
    private const int MaxKept = 100;
    private const int Remembered = 60;

    private readonly Caller _caller;
    private readonly GetCheck _gets;
    private readonly Findings _findings;
    private readonly Random _random;
    private readonly int _seed;
    private readonly int _think;
    private long _acknowledged;

    public Writer(string name, Caller caller, GetCheck gets, Findings findings, int seed, int think)
    {
        (_caller, _gets, _findings, _random, _seed, _think) = (caller, gets, findings, new Random(seed), seed, think);
        (Own, Kept) = (new KeyLedger($"own-{name}"), new KeyLedger($"kept-{name}"));
    }

    /// <summary>Sessions that come and go.</summary>
    public KeyLedger Own { get; }

    /// <summary>Sessions that are hardly ever touched.</summary>
    public KeyLedger Kept { get; }

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public async Task WriteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await (_random.Next(100) switch
            {
                < 3 => Kept.Alive is { Count: < MaxKept } ? CreateAsync(Kept, stop) : ChangeAsync(Kept, stop),
                < 5 => ChangeAsync(Kept, stop),
                < 9 => ListAsync(Own, _random, stop),
                < 11 => CountAsync(stop),
                < 13 => ClearAsync(stop),
                < 17 => ProbeDeadAsync(stop),
                < 35 when Own.Alive.Count < MaxSessions => CreateAsync(Own, stop),
                _ => ChangeAsync(Own, stop),
            });
            await ThinkAsync(_random);
        }
    }

    /// <summary>Reads the same sessions, those that have ended as well, over whatever node.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        var random = new Random(_seed + 1);
        while (!stop.IsCancellationRequested)
        {
            var ledger = random.Next(20) == 0 ? Kept : Own;
            IReadOnlyList<string> ids = random.Next(3) == 0 ? ledger.Dead(Remembered) : [.. ledger.Alive.Select(session => session.Id).OfType<string>()];
            if (random.Next(15) == 0)
            {
                await ListAsync(ledger, random, stop);
            }
            else if (ids.Count > 0)
            {
                await _gets.GetAsync(ledger, ids[random.Next(ids.Count)], random, stop);
            }

            await ThinkAsync(random);
        }
    }

    private Task ThinkAsync(Random random) => Task.Delay(random.Next(0, (2 * _think) + 1), CancellationToken.None);

    private async Task CreateAsync(KeyLedger ledger, CancellationToken stop)
    {
        var session = ledger.Add();
        await EndAsync(ledger, ledger.Begin(session, ChangeKind.Create), Verbs.Create, ledger.Key, Payload.Text(session.Number, ledger.Key, 1), stop);
    }

    private Task ChangeAsync(KeyLedger ledger, CancellationToken stop)
    {
        var alive = ledger.Alive;
        if (alive.Count == 0)
        {
            return CreateAsync(ledger, stop);
        }

        var session = alive[_random.Next(alive.Count)];
        var choice = _random.Next(100);
        var (id, version) = (session.Id!, session.LastVersion + 1);
        if (choice < 20 || (choice < 60 && session.IsInDoubt))
        {
            return EndAsync(ledger, ledger.Begin(session, ChangeKind.Delete), Verbs.Delete, id, data: null, stop);
        }

        return choice switch
        {
            < 40 => EndAsync(ledger, ledger.Begin(session, ChangeKind.Rework), Verbs.Rework, id, data: null, stop),
            < 55 => EndAsync(ledger, ledger.Begin(session, ChangeKind.Update), Verbs.Patch, id, Payload.Patch(session.Number, version), stop),
            _ => EndAsync(ledger, ledger.Begin(session, ChangeKind.Update), Verbs.Update, id, Payload.Text(session.Number, ledger.Key, version), stop),
        };
    }

    private async Task EndAsync(KeyLedger ledger, Change change, string verb, string target, string? data, CancellationToken stop)
    {
        var reply = await _caller.CallAsync(ledger.Key, _random, verb, target, data, stop: stop);
        Note(reply, ledger.End(change, reply));
    }

    private async Task ClearAsync(CancellationToken stop)
    {
        var begin = Clock.Next();
        var changes = Own.BeginClear();
        var reply = await _caller.CallAsync(Own.Key, _random, Verbs.Clear, Own.Key, stop: stop);
        Note(reply, Own.EndClear(changes, reply, begin));
    }

    private async Task ListAsync(KeyLedger ledger, Random random, CancellationToken stop)
    {
        var begin = Clock.Next();
        var reply = await _caller.CallAsync(ledger.Key, random, Verbs.List, ledger.Key, stop: stop);
        if (reply.Answer == Answer.Ok && ledger.CheckList(reply, begin) is { } finding)
        {
            _findings.Add(finding);
        }
    }

    private async Task CountAsync(CancellationToken stop)
    {
        var begin = Clock.Next();
        var reply = await _caller.CallAsync(Own.Key, _random, Verbs.Count, Own.Key, stop: stop);
        if (reply.Answer == Answer.Ok && Own.CheckCount(reply, begin) is { } finding)
        {
            _findings.Add(finding);
        }
    }

    /// <summary>No change revives what has ended.</summary>
    private async Task ProbeDeadAsync(CancellationToken stop)
    {
        var dead = Own.Dead(Remembered);
        if (dead.Count == 0)
        {
            return;
        }

        var id = dead[_random.Next(dead.Count)];
        var verb = _random.Next(4) switch { 0 => Verbs.Rework, 1 => Verbs.Delete, 2 => Verbs.Patch, _ => Verbs.Update };
        var reply = await _caller.CallAsync(Own.Key, _random, verb, id, string.Create(CultureInfo.InvariantCulture, $$"""{"dead":{{_random.Next()}}}"""), stop: stop);
        if (reply.Answer == Answer.Ok)
        {
            _findings.Add(new Finding(FindingKind.Revived, $"{verb} of an id that had ended was acknowledged"));
        }
    }

    private void Note(Reply reply, Finding? finding)
    {
        if (reply.Answer == Answer.Ok)
        {
            Interlocked.Increment(ref _acknowledged);
        }

        if (finding is not null)
        {
            _findings.Add(finding);
        }
    }
}
