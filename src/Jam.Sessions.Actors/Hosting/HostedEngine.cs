using Akka.Actor;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The engine that Akka.Hosting starts in an actor system, for those who are asked before it is up.</summary>
internal sealed class HostedEngine : IExtension
{
    private readonly TaskCompletionSource<JamSessions> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTaken;

    public Task<JamSessions> Started => _started.Task;

    public static HostedEngine Of(ActorSystem system) => system.WithExtension<HostedEngine, Provider>();

    public async Task<JamSessions> StartAsync(Func<Task<JamSessions>> start)
    {
        if (Interlocked.Exchange(ref _isTaken, 1) == 1)
        {
            throw new InvalidOperationException(
                "AddJamSessions was called twice for one actor system. Start further engines with JamSessions.StartAsync.");
        }

        try
        {
            var engine = await start().ConfigureAwait(false);
            _started.SetResult(engine);
            return engine;
        }
        catch (Exception e)
        {
            _started.SetException(e);
            _ = _started.Task.Exception;
            throw;
        }
    }

    private sealed class Provider : ExtensionIdProvider<HostedEngine>
    {
        public override HostedEngine CreateExtension(ExtendedActorSystem system) => new();
    }
}
