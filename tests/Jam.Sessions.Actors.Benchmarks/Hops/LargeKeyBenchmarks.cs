using Akka.Actor;
using BenchmarkDotNet.Attributes;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>An update of one session of a key that has few or many, among 100,000 sessions: it costs what it changes. In memory, so that nothing else takes time.</summary>
[MemoryDiagnoser]
public class LargeKeyBenchmarks
{
    private const int Sessions = 100_000;

    private readonly ActorSystem _system = ActorSystem.Create("large-key", Quiet.Config);
    private readonly SessionData _data = Payload.Of(1, 1).Data;
    private JamSessions? _engine;
    private string[] _ids = [];
    private int _next;

    [Params(10, 1_000, 100_000)]
    public int SessionsPerKey { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _engine = await JamSessions.StartAsync(_system, new JamSessionsOptions { InMemory = true });
        _ids = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(i => _engine.Client.CreateAsync($"user{i / SessionsPerKey}", _data)));
        new Random(1).Shuffle(_ids);
    }

    [GlobalCleanup]
    public Task CleanUpAsync() => _system.Terminate();

    [Benchmark]
    public Task UpdateAsync()
    {
        _next = _next + 1 < _ids.Length ? _next + 1 : 0;
        return _engine!.Client.UpdateAsync(_ids[_next], _data);
    }
}
