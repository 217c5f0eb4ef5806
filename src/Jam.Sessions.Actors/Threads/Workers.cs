using Akka.Dispatch;

namespace Jam.Sessions.Actors.Threads;

/// <summary>A few threads of the engine's own: they run the manager, tell what became of changes, and go on where a caller's thread leaves off.</summary>
internal sealed class Workers(string id) : ExecutorService(id)
{
    private readonly EngineThread[] _threads =
        [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount / 2, 2, 4)).Select(number => new EngineThread($"{id}-{number}"))];

    private uint _next;

    public int Count => _threads.Length;

    public override void Execute(IRunnable run) => _threads[Interlocked.Increment(ref _next) % (uint)_threads.Length].Execute(run);

    /// <summary>Runs something short after a delay.</summary>
    public void After(TimeSpan delay, Action action) => _threads[0].After(delay, action);

    public override void Shutdown() => Array.ForEach(_threads, thread => thread.Shutdown());
}
