using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Keys;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The engines of an actor system, which drain before it terminates. An engine that has ended is forgotten.</summary>
internal sealed class LiveEngines : IExtension
{
    private readonly ConcurrentDictionary<JamSessions, Action> _engines = new();

    private LiveEngines(ActorSystem system) => CoordinatedShutdown.Get(system).AddTask(
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate,
        "jam-sessions-drain",
        async () =>
        {
            await Task.WhenAll(_engines.Keys.Select(engine => engine.DisposeAsync().AsTask())).ConfigureAwait(false);
            return Done.Instance;
        });

    /// <remarks>Akka would keep the ambient context of who comes first until the system ends.</remarks>
    public static LiveEngines Of(ActorSystem system) => Ambient.Without(static system => system.WithExtension<LiveEngines, Provider>(), system);

    /// <param name="engine">A running engine.</param>
    /// <param name="onEnd">Called when it has ended well: then nothing of it runs any more.</param>
    public void Add(JamSessions engine, Action onEnd)
    {
        _engines[engine] = onEnd;

        // Without the context of who starts the engine, which this would hold as long as that lives.
        engine.Ended.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => Remove(engine));
    }

    private void Remove(JamSessions engine)
    {
        if (_engines.TryRemove(engine, out var onEnd) && engine.Ended is { IsCompletedSuccessfully: true } ended && ended.GetAwaiter().GetResult() is null)
        {
            onEnd();
        }
    }

    private sealed class Provider : ExtensionIdProvider<LiveEngines>
    {
        public override LiveEngines CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
