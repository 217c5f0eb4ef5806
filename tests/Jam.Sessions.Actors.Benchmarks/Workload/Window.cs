namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>When the callers' operations count, and when they end.</summary>
/// <param name="isFair">Whether each operation begins at the end of the thread pool's queue: for latencies.</param>
internal sealed class Window(bool isFair)
{
    private volatile bool _isOpen;
    private volatile bool _isOver;

    public bool IsFair => isFair;

    public bool IsOpen => _isOpen;

    public bool IsOver => _isOver;

    public void Open() => _isOpen = true;

    public void Close() => (_isOpen, _isOver) = (false, true);
}
