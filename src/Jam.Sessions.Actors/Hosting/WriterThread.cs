using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>A thread for each persistence actor alone: a sync blocks for milliseconds and must not hold a thread of the host's pool.</summary>
/// <remarks>
/// Akka's PinnedDispatcher can only be configured before the actor system starts; this one can be registered in a running system.
/// </remarks>
internal sealed class WriterThread(Config config, IDispatcherPrerequisites prerequisites) : MessageDispatcherConfigurator(config, prerequisites)
{
    private const string Id = "jam.sessions.writer-dispatcher";
    private const int Throughput = 1000;

    public static Props On(ActorSystem system, Props props)
    {
        var dispatchers = system.Dispatchers;
        dispatchers.RegisterConfigurator(
            Id, new WriterThread(system.Settings.Config.GetConfig("akka.actor.default-dispatcher"), dispatchers.Prerequisites));
        return props.WithDispatcher(Id);
    }

    public override MessageDispatcher Dispatcher() =>
        new Dispatcher(this, Id, Throughput, throughputDeadlineTime: null, new Factory(Config, Prerequisites), TimeSpan.FromSeconds(1));

    private sealed class Factory(Config config, IDispatcherPrerequisites prerequisites) : ExecutorServiceConfigurator(config, prerequisites)
    {
        public override ExecutorService Produce(string id) => new OneThread(id);
    }

    private sealed class OneThread(string id) : ExecutorService(id)
    {
        private readonly BlockingCollection<IRunnable> _work = [];
        private int _isStarted;

        public override void Execute(IRunnable run)
        {
            if (Interlocked.Exchange(ref _isStarted, 1) == 0)
            {
                new Thread(Run) { IsBackground = true, Name = Id }.Start();
            }

            if (!_work.IsAddingCompleted)
            {
                _work.Add(run);
            }
        }

        public override void Shutdown() => _work.CompleteAdding();

        private void Run()
        {
            foreach (var run in _work.GetConsumingEnumerable())
            {
                run.Run();
            }
        }
    }
}
