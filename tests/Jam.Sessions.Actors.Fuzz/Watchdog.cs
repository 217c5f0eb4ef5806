using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace Jam.Sessions.Actors.Fuzz;

/// <summary>Ends the program when one input takes too long, and keeps the input of the moment where even a stack overflow leaves it.</summary>
internal sealed class Watchdog : IDisposable
{
    private const int MaxInput = 1 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"jam-sessions-fuzz-{Environment.ProcessId}.current");
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _timer;
    private long _since;

    public Watchdog()
    {
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, MaxInput + 4);
        _view = _file.CreateViewAccessor();
        _timer = new Timer(_ => Check(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Begin(byte[] input)
    {
        _view.Write(0, input.Length);
        _view.WriteArray(4, input, 0, Math.Min(input.Length, MaxInput));
        Volatile.Write(ref _since, Stopwatch.GetTimestamp());
    }

    public void End() => Volatile.Write(ref _since, 0);

    public void Dispose()
    {
        _timer.Dispose();
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private void Check()
    {
        if (Volatile.Read(ref _since) is not 0 and var since && Stopwatch.GetElapsedTime(since) > Limit)
        {
            _view.Flush();
            Environment.FailFast($"An input takes longer than {Limit}. {_path} has its length (4 bytes) and the input.");
        }
    }
}
