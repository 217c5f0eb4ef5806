using System.Collections.Concurrent;
using Akka.Dispatch;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A thread of the engine's own, with its own time: what it runs needs no thread of the host's pool, and keeps none.</summary>
/// <remarks>
/// It begins with the first work or plan and ends with <see cref="Shutdown"/>, which forgets plans; what comes later begins another one. It starts without anybody's
/// ambient context. A producer wakes it only when it sleeps, and holds no lock meanwhile: to be woken into a lock costs another switch of threads.
/// </remarks>
internal sealed class EngineThread(string id) : ExecutorService(id)
{
    private readonly ConcurrentQueue<IRunnable> _work = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, long> _timers = new();
    private int _isAsleep;
    private bool _isRunning;
    private bool _isShutDown;

    public override void Execute(IRunnable run)
    {
        _work.Enqueue(run);
        if (!Volatile.Read(ref _isRunning) || Volatile.Read(ref _isShutDown))
        {
            lock (_lock)
            {
                Start();
            }
        }

        Wake();
    }

    /// <summary>Runs something short on this thread after a delay. What is due after the end is left.</summary>
    public void After(TimeSpan delay, Action action)
    {
        lock (_lock)
        {
            _timers.Enqueue(action, Environment.TickCount64 + (long)Math.Ceiling(delay.TotalMilliseconds));
            Start();
        }

        Wake();
    }

    public override void Shutdown()
    {
        lock (_lock)
        {
            _isShutDown = true;
        }

        Wake();
    }

    /// <remarks>With the lock, under which a thread that is to end looks for work once more.</remarks>
    private void Start()
    {
        _isShutDown = false;
        if (!_isRunning)
        {
            new Thread(Run) { IsBackground = true, Name = $"jam.sessions.{Id}" }.UnsafeStart();
            _isRunning = true;
        }
    }

    private void Wake()
    {
        // The exchange orders the look at the flag behind what was added.
        if (Interlocked.Exchange(ref _isAsleep, 0) == 1)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        while (true)
        {
            while (_work.TryDequeue(out var run))
            {
                run.Run();
            }

            Volatile.Write(ref _isAsleep, 1);
            Interlocked.MemoryBarrier();
            var wait = FireTimers(out var isOver);
            if (isOver)
            {
                return;
            }

            if (_work.IsEmpty)
            {
                _wake.WaitOne(wait);
            }

            Volatile.Write(ref _isAsleep, 0);
        }
    }

    /// <summary>Runs what is due. The milliseconds until the next one; -1 where there is none.</summary>
    private int FireTimers(out bool isOver)
    {
        while (true)
        {
            Action action;
            lock (_lock)
            {
                isOver = _isShutDown && _work.IsEmpty;
                if (isOver)
                {
                    _isRunning = false;
                    _timers.Clear();
                    return -1;
                }

                if (!_timers.TryPeek(out _, out var due))
                {
                    return Timeout.Infinite;
                }

                if (due - Environment.TickCount64 is > 0 and var left)
                {
                    return (int)Math.Min(left, int.MaxValue);
                }

                action = _timers.Dequeue();
            }

            action();
        }
    }
}
