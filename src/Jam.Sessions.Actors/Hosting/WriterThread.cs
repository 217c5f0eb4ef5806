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
        private readonly Queue<IRunnable> _work = [];
        private bool _isStarted;
        private bool _isShutDown;

        public override void Execute(IRunnable run)
        {
            lock (_work)
            {
                if (!_isStarted)
                {
                    _isStarted = true;
                    new Thread(Run) { IsBackground = true, Name = Id }.Start();
                }

                _work.Enqueue(run);
                Monitor.Pulse(_work);
            }
        }

        public override void Shutdown()
        {
            lock (_work)
            {
                _isShutDown = true;
                Monitor.Pulse(_work);
            }
        }

        private void Run()
        {
            while (Next() is { } run)
            {
                run.Run();
            }
        }

        private IRunnable? Next()
        {
            lock (_work)
            {
                while (_work.Count == 0 && !_isShutDown)
                {
                    Monitor.Wait(_work);
                }

                return _work.TryDequeue(out var run) ? run : null;
            }
        }
    }
}
