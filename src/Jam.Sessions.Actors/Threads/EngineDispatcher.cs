using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Decides on which thread actors of the engine run: where an <see cref="ExecutorService"/> of its own says.</summary>
/// <remarks>Akka's dispatchers can only be configured before the actor system starts; this one can be registered in a running system.</remarks>
internal sealed class EngineDispatcher : MessageDispatcherConfigurator
{
    private readonly MessageDispatcher _dispatcher;

    private EngineDispatcher(string id, int throughput, ExecutorService executor, Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites) =>
        _dispatcher = new Attaching(
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

    /// <summary>Akka's own, but for this: nothing runs an actor that is still being made.</summary>
    /// <remarks>
    /// A parent that stops its children also stops one that another thread is making: its end would come before its beginning, the dispatcher would count
    /// less than none, throw, and leave a mailbox open that nobody reads. So what the system has to say to such an actor waits until it is there.
    /// </remarks>
    private sealed class Attaching(
        MessageDispatcherConfigurator configurator, string id, int throughput, long? throughputDeadlineTime, ExecutorServiceConfigurator executors, TimeSpan shutdownTimeout)
        : Dispatcher(configurator, id, throughput, throughputDeadlineTime, executors, shutdownTimeout)
    {
        public override void Attach(ActorCell cell)
        {
            var messages = cell.Mailbox?.MessageQueue as EngineMailbox.Messages;
            base.Attach(cell);
            foreach (var message in messages?.TakeEarly() ?? [])
            {
                base.SystemDispatch(cell, message);
            }
        }

        public override void SystemDispatch(ActorCell cell, SystemMessage message)
        {
            if ((cell.Mailbox?.MessageQueue as EngineMailbox.Messages)?.TryKeepEarly(message) != true)
            {
                base.SystemDispatch(cell, message);
            }
        }
    }
}
