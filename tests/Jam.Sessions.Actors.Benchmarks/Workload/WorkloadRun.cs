using Jam.Sessions.Actors.Benchmarks.Peers;

namespace Jam.Sessions.Actors.Benchmarks.Workload;

/// <summary>Preload, warm up, measure: what one peer does with one mix.</summary>
internal sealed class WorkloadRun
{
    private readonly ISessionPeer _peer;
    private readonly int _preload;
    private readonly RunSettings _settings;
    private readonly Population _population;
    private readonly Window _window;
    private readonly Caller[] _callers;
    private Task _loops = Task.CompletedTask;

    public WorkloadRun(ISessionPeer peer, Mix mix, int callers, int preload, RunSettings settings)
    {
        _peer = peer;
        _preload = preload;
        _settings = settings;
        _population = new Population(preload);
        _window = new Window(settings.IsFair);
        _callers = [.. Enumerable.Range(0, callers).Select(number => new Caller(peer, mix, _population, _window, number))];
    }

    /// <summary>How many operations were counted so far; read while they run, it may lag by a few.</summary>
    public long Operations => _callers.Sum(caller => caller.Operations);

    public async Task<Figures> RunAsync()
    {
        var heapBefore = Heap.Collected();
        await PreloadAsync();
        var heapOfSession = (Heap.Collected() - heapBefore) / (double)Math.Max(1, _preload);

        Start();
        var counters = _peer.Counters;
        var start = ProcessSample.Now();
        RunSettings.Wait(_settings.Seconds);
        var used = ProcessSample.Now() - start;
        (string Name, double Value)[] grown = [.. _peer.Counters.Select(counter => (counter.Key, counter.Value - counters[counter.Key]))];
        var operations = Operations;
        await StopAsync();

        return new Figures(grown)
        {
            ["ops_s"] = operations / used.Seconds,
            ["alloc_b_op"] = used.Allocated / (double)Math.Max(1, operations),
            ["cpu_us_op"] = used.Cpu.TotalMicroseconds / Math.Max(1, operations),
            ["gc_pause_ms"] = used.GcPause.TotalMilliseconds,
            ["gcs"] = used.Collections,
            ["full_gcs"] = used.FullCollections,
            ["heap_b_session"] = heapOfSession,
            ["others_cpu"] = used.OthersCores(own: grown.FirstOrDefault(counter => counter.Name == ISessionPeer.ServerCpu).Value),
            ["misses"] = _callers.Sum(caller => caller.Misses),
            ["errors"] = _callers.Sum(caller => caller.Errors),
            FirstError = _callers.Select(caller => caller.FirstError).FirstOrDefault(error => error is not null),
        }
        .With("read", Merged(caller => caller.Reads))
        .With("write", Merged(caller => caller.Writes));
    }

    /// <summary>Makes the sessions that are there from the beginning; their ids.</summary>
    public async Task<IReadOnlyList<string>> PreloadAsync()
    {
        var ids = await _peer.PreloadAsync(_population.Preload());
        _population.Know(ids);
        return ids;
    }

    /// <summary>Lets the callers go, and begins to count once they are warm.</summary>
    public void Start()
    {
        _loops = Task.WhenAll(_callers.Select(caller => Task.Run(caller.RunAsync)));
        RunSettings.Wait(_settings.WarmUp);
        _window.Open();
    }

    public Task StopAsync()
    {
        _window.Close();
        return _loops;
    }

    private Latencies Merged(Func<Caller, Latencies> kind)
    {
        var all = new Latencies();
        foreach (var caller in _callers)
        {
            all.Add(kind(caller));
        }

        return all;
    }
}
