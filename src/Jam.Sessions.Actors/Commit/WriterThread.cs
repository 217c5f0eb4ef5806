using Akka.Actor;
using Akka.Dispatch;

namespace Jam.Sessions.Actors.Commit;

/// <summary>A thread for the persistence actor alone: a sync blocks for milliseconds and must not hold a thread of the host's pool.</summary>
internal sealed class WriterThread(string id) : ExecutorService(id)
{
    private const int Throughput = 1000;

    private static int s_count;

    private readonly Queue<IRunnable> _work = [];
    private bool _isStarted;
    private bool _isShutDown;

    public static Props On(ActorSystem system, Props props) =>
        EngineDispatcher.On(system, props, new WriterThread($"writer-{Interlocked.Increment(ref s_count)}"), Throughput);

    public override void Execute(IRunnable run)
    {
        lock (_work)
        {
            if (!_isStarted)
            {
                _isStarted = true;
                new Thread(Run) { IsBackground = true, Name = $"jam.sessions.{Id}" }.Start();
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
