using System.Text;
using System.Threading.Channels;
using FASTER.core;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A FasterLog on the device that it takes by default, whose file is opened for synchronous writes: durable, or relaxed.</summary>
/// <remarks>
/// Durable: a change waits until a commit covers its record; there is one commit at a time, and what comes meanwhile is in the next. Relaxed: a
/// change is complete in the log's memory, which is committed every 100 ms, as the engine does. Both in fast commit mode, in which a
/// commit is a record in the log: its own metadata, a file of its own, is written now and then only. FasterLog waits for its files
/// on threads of the pool, whose other threads have to tell it that they are written: with two in all, it stood still for a second now and then.
/// </remarks>
internal sealed class FasterJournal : IJournal
{
    private const int MemorySize = 1 << 28;
    private const int CommitsPerMetadata = 1000;
    private const int BlockedThreads = 16;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly DeviceLogCommitCheckpointManager _metadata;
    private readonly FasterLogSettings _settings;
    private readonly FasterLog _log;
    private readonly Channel<bool>? _waiting;
    private readonly PeriodicTimer? _timer;
    private readonly Task _committing;

    [ThreadStatic]
    private static byte[]? t_record;

    public FasterJournal(string path, bool isDurable)
    {
        _metadata = new DeviceLogCommitCheckpointManager(
            new LocalStorageNamedDeviceFactory(), new DefaultCheckpointNamingScheme(path), fastCommitThrottleFreq: CommitsPerMetadata);
        _settings = new FasterLogSettings(path)
        {
            FastCommitMode = true,
            LogChecksum = LogChecksumType.PerEntry,
            LogCommitManager = _metadata,
            MemorySize = MemorySize,
        };
        _log = new FasterLog(_settings);
        if (isDurable)
        {
            PoolThreads.AtLeast(BlockedThreads);
            _waiting = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
            _committing = CommitAsync(_waiting.Reader);
        }
        else
        {
            _timer = new PeriodicTimer(s_interval);
            _committing = CommitAsync(_timer);
        }
    }

    public IReadOnlyDictionary<string, double> Counters => new Figures();

    public ValueTask AppendAsync(string operation, string id, string? key = null, string? data = null)
    {
        var address = _log.Enqueue(Encode(operation, id, key, data));
        if (_waiting is null)
        {
            return default;
        }

        _waiting.Writer.TryWrite(true);
        return _log.WaitForCommitAsync(untilAddress: address + 1);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _waiting?.Writer.Complete();
        _committing.GetAwaiter().GetResult();
        _log.Dispose();
        _settings.Dispose();
        _metadata.Dispose();
    }

    private static ReadOnlySpan<byte> Encode(string operation, string id, string? key, string? data)
    {
        var record = t_record ??= new byte[4096];
        var length = 0;
        foreach (var field in (ReadOnlySpan<string?>)[operation, id, key, data])
        {
            length += Encoding.UTF8.GetBytes(field, record.AsSpan(length));
            record[length++] = (byte)'\n';
        }

        return record.AsSpan(0, length);
    }

    private async Task CommitAsync(ChannelReader<bool> waiting)
    {
        await foreach (var _ in waiting.ReadAllAsync())
        {
            await _log.CommitAsync();
        }
    }

    private async Task CommitAsync(PeriodicTimer timer)
    {
        while (await timer.WaitForNextTickAsync())
        {
            await _log.CommitAsync();
        }
    }
}
