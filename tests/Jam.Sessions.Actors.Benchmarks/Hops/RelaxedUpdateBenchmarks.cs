using Akka;
using Akka.Actor;
using BenchmarkDotNet.Attributes;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A change that is acknowledged before it is written, as a call and as a message, beside an echo.</summary>
public class RelaxedUpdateBenchmarks : HopBenchmark
{
    private IActorRef? _echo;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync("engine-relaxed");
        _echo = StartEcho();
    }

    [Benchmark(Baseline = true)]
    public Task<string> AskEcho() => _echo.Ask<string>(new UpdateSession(NextId(), Data));

    [Benchmark]
    public Task UpdateAsync() => Client.UpdateAsync(NextId(), Data);

    [Benchmark]
    public Task<Done> AskUpdateSession() => Actor.Ask<Done>(new UpdateSession(NextId(), Data));
}
