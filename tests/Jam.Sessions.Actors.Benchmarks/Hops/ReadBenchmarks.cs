using System.Collections.Concurrent;
using Akka.Actor;
using BenchmarkDotNet.Attributes;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A get, as a call beside a dictionary's, and as a message beside an echo.</summary>
public class ReadBenchmarks : HopBenchmark
{
    private readonly ConcurrentDictionary<string, Session> _dictionary = new();
    private IActorRef? _echo;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync("engine");
        foreach (var id in Ids)
        {
            _dictionary[id] = (await Client.GetAsync(id))!;
        }

        _echo = StartEcho();
    }

    [Benchmark(Baseline = true), BenchmarkCategory("call")]
    public Session? Dictionary() => _dictionary.GetValueOrDefault(NextId());

    [Benchmark, BenchmarkCategory("call")]
    public ValueTask<Session?> GetAsync() => Client.GetAsync(NextId());

    [Benchmark(Baseline = true), BenchmarkCategory("message")]
    public Task<string> AskEcho() => _echo.Ask<string>(new GetSession(NextId()));

    [Benchmark, BenchmarkCategory("message")]
    public Task<SessionLookup> AskGetSession() => Actor.Ask<SessionLookup>(new GetSession(NextId()));
}
