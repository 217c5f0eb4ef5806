using BenchmarkDotNet.Attributes;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A snapshot of 10,000 sessions, beside a sync of a file of the same length, already encoded.</summary>
[IterationCount(15)]
public class SnapshotBenchmarks : HopBenchmark
{
    private byte[] _encoded = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync("engine");
        _encoded = await File.ReadAllBytesAsync(FilePath);
    }

    [Benchmark(Baseline = true)]
    public void WriteAndSync()
    {
        using var file = File.OpenHandle(ScratchPath, FileMode.Create, FileAccess.Write);
        RandomAccess.Write(file, _encoded, 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>With one update, without which there is nothing to do.</summary>
    [Benchmark]
    public async Task FlushAsync()
    {
        await Client.UpdateAsync(NextId(), Data);
        await Client.FlushAsync();
    }
}
