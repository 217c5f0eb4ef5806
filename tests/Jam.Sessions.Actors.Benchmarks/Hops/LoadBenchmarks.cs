using Akka.Actor;
using BenchmarkDotNet.Attributes;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Probes;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A start of the engine on a file of 20,000 sessions, and its stop, beside a bare parse of the file into a dictionary.</summary>
[MemoryDiagnoser]
public class LoadBenchmarks
{
    private const int Sessions = 20_000;

    private readonly Scratch _scratch = new();
    private ActorSystem? _system;

    private string FilePath => _scratch["sessions.json"];

    [GlobalSetup]
    public void SetUp()
    {
        _system = ActorSystem.Create("benchmark", Quiet.Config);
        SessionFile.Write(FilePath, SessionFile.Sessions(Sessions, sessionsPerKey: 2));
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _system!.Terminate();
        _scratch.Dispose();
    }

    [Benchmark(Baseline = true)]
    public object BareParse() => OpenProbe.Parse(FilePath, Sessions);

    [Benchmark]
    public async Task StartAndStopAsync()
    {
        await using var engine = await JamSessions.StartAsync(_system!, new JamSessionsOptions { JsonPath = FilePath });
    }
}
