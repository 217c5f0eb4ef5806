using BenchmarkDotNet.Attributes;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>A create, complete when it is on the disk, beside an append of as many bytes and a sync.</summary>
[IterationCount(15)]
public class DurableCreateBenchmarks : HopBenchmark
{
    private readonly byte[] _line = new byte[480];
    private SafeFileHandle? _file;
    private long _position;
    private int _key;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        await StartAsync("engine");
        _file = File.OpenHandle(ScratchPath, FileMode.Create, FileAccess.Write);
    }

    [Benchmark(Baseline = true)]
    public void AppendAndSync()
    {
        RandomAccess.Write(_file!, _line, _position);
        RandomAccess.FlushToDisk(_file!);
        _position += _line.Length;
    }

    [Benchmark]
    public Task<string> CreateAsync() => Client.CreateAsync(Population.NameOf(_key++), Data);
}
