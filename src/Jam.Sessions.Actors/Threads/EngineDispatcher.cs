using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Decides on which thread actors of the engine run: where an <see cref="ExecutorService"/> of its own says.</summary>
/// <remarks>Akka's dispatchers can only be configured before the actor system starts; this one can be registered in a running system.</remarks>
internal sealed class EngineDispatcher : MessageDispatcherConfigurator
{
    private readonly MessageDispatcher _dispatcher;

    private EngineDispatcher(string id, int throughput, ExecutorService executor, Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new Dispatcher(
            this, id, throughput, throughputDeadlineTime: null, new Given(executor, config, prerequisites), shutdownTimeout: TimeSpan.FromSeconds(1));

    /// <summary>Registers a dispatcher under the executor's id.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="executor">Runs its actors.</param>
    /// <param name="throughput">How many messages of one actor are handled in a row where so many wait.</param>
    /// <returns>The dispatcher's id.</returns>
    public static string Register(ActorSystem system, ExecutorService executor, int throughput)
    {
        var (dispatchers, id) = (system.Dispatchers, $"jam.sessions.{executor.Id}");
        dispatchers.RegisterConfigurator(
            id,
            new EngineDispatcher(id, throughput, executor, system.Settings.Config.GetConfig("akka.actor.default-dispatcher"), dispatchers.Prerequisites));
        return id;
    }

    public override MessageDispatcher Dispatcher() => _dispatcher;

    private sealed class Given(ExecutorService executor, Config config, IDispatcherPrerequisites prerequisites)
        : ExecutorServiceConfigurator(config, prerequisites)
    {
        public override ExecutorService Produce(string id) => executor;
    }
}
