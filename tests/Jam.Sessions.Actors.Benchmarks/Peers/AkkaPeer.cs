using Akka.Actor;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A bare Akka shape in memory, asked as any host would ask it.</summary>
internal sealed class AkkaPeer : ISessionPeer
{
    private readonly ActorSystem _system = ActorSystem.Create("benchmark", Quiet.Config);
    private readonly IActorRef _sessions;

    private AkkaPeer(Func<ActorSystem, IActorRef> start) => _sessions = start(_system);

    public static AkkaPeer Echo() => new(system => system.ActorOf(Props.Create(typeof(EchoActor)), "echo"));

    public static AkkaPeer Naive() => new(system => system.ActorOf(Props.Create(typeof(NaiveRegistry)), "sessions"));

    public static AkkaPeer Direct() => new(system =>
    {
        var sessions = new DirectSessions();
        var parent = system.ActorOf(Props.Create(typeof(DirectParent), sessions), "sessions");
        return new DirectRef(((ExtendedActorSystem)system).Provider, parent, sessions);
    });

    public async ValueTask<string> CreateAsync(string key, Payload data) => await AskAsync(new Bare.Create(key, data.Text));

    public async ValueTask<object?> GetAsync(string id) => await AskAsync(new Bare.Get(id)) is { Length: > 0 } text ? text : null;

    public async ValueTask<bool> UpdateAsync(string id, Payload data) => await AskAsync(new Bare.Update(id, data.Text)) is { Length: > 0 };

    public async ValueTask<bool> DeleteAsync(string id) => await AskAsync(new Bare.Delete(id)) is { Length: > 0 };

    public async ValueTask<int> ClearAsync(string key) => int.Parse(await AskAsync(new Bare.Clear(key)), null);

    public async ValueTask<string?> ReworkAsync(string id) => await AskAsync(new Bare.Rework(id)) is { Length: > 0 } newId ? newId : null;

    public async ValueTask DisposeAsync() => await _system.Terminate();

    private Task<string> AskAsync(Bare message) => _sessions.Ask<string>(message);
}
