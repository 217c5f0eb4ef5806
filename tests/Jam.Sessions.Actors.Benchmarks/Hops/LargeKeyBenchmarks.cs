using BenchmarkDotNet.Attributes;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>One update, decided, folded and encoded, in a key with few sessions and in one with many: it costs what it changes.</summary>
[MemoryDiagnoser]
public class LargeKeyBenchmarks
{
    private readonly JsonFile.DocumentCodec _codec = new(fernet: null);
    private readonly SessionData _data = Payload.Of(1, 1).Data;
    private KeySessions _sessions;
    private UpdateSession[] _updates = [];
    private int _next;

    [Params(10, 1_000, 100_000)]
    public int Sessions { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sessions = KeySessions.Of([.. Enumerable.Range(0, Sessions).Select(i => new Document(SessionIds.UuidV4(), "user", _data, 1795367285.5, i, raw: null))]);
        var ids = _sessions.Select(session => session.Id).ToArray();
        Random.Shared.Shuffle(ids);
        _updates = [.. ids.Select(id => new UpdateSession(id, _data))];
    }

    [Benchmark]
    public int Update()
    {
        _next = _next + 1 < _updates.Length ? _next + 1 : 0;
        var decision = _sessions.Apply(_updates[_next], null!);
        _sessions = decision.After;
        var changes = default(BatchChanges);
        changes.Add(decision.Changes);
        changes.Fold();
        return JsonFile.JournalEntry.Encode(changes.Folded, _codec).Length;
    }
}
