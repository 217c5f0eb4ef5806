using Akka.Actor;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A running engine with 10,000 sessions, for the benchmarks of its hops.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public abstract class HopBenchmark
{
    private const int Sessions = 10_000;

    private readonly Lazy<ActorSystem> _echoSystem = new(() => ActorSystem.Create("echo", Quiet.Config));
    private readonly Scratch _scratch = new();
    private EnginePeer? _peer;
    private string[] _ids = [];
    private int _next;

    /// <summary>The data of every session that is made or updated.</summary>
    protected SessionData Data { get; } = Payload.Of(1, 1).Data;

    protected IActorRef Actor => _peer!.Engine.Ref;

    protected IJamSessions Client => _peer!.Engine.Client;

    protected string FilePath => _peer!.Path;

    protected IReadOnlyList<string> Ids => _ids;

    /// <summary>A file beside the engine's.</summary>
    protected string ScratchPath => _scratch["file"];

    /// <summary>Another session each time.</summary>
    protected string NextId() => _ids[_next++ % Sessions];

    protected async Task StartAsync(string engine)
    {
        _peer = EnginePeer.Named(engine);
        _ids = [.. await _peer.PreloadAsync(SessionFile.Sessions(Sessions, sessionsPerKey: 2))];
        new Random(1).Shuffle(_ids);
    }

    protected IActorRef StartEcho() => _echoSystem.Value.ActorOf(Props.Create(typeof(EchoActor)));

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _peer!.DisposeAsync();
        await (_echoSystem.IsValueCreated ? _echoSystem.Value.Terminate() : Task.CompletedTask);
        _scratch.Dispose();
    }
}
