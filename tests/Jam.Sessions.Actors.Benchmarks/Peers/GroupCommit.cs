using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.Win32.SafeHandles;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A bare journal of JSON lines: one thread writes whatever waits, syncs once, and answers all of it. Nobody waits for a timer.</summary>
internal sealed class GroupCommit : IJournal
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _work = new(initialState: false);
    private readonly SafeFileHandle _file;
    private readonly Thread _writer;
    private Batch _open = new();
    private Batch _spare = new();
    private volatile bool _isStopping;
    private long _syncs;
    private long _records;

    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_line;

    public GroupCommit(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        _writer = new Thread(Write) { IsBackground = true, Name = "group commit" };
        _writer.Start();
    }

    public IReadOnlyDictionary<string, double> Counters => new Figures { ["syncs"] = _syncs, ["records"] = _records };

    /// <summary>Complete when the line is on the disk.</summary>
    public ValueTask AppendAsync(string operation, string id, string? key = null, string? data = null)
    {
        var line = Encode(operation, id, key, data);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _open.Bytes.Write(line);
            _open.Waiting.Add(done);
            if (_open.Waiting.Count == 1)
            {
                _work.Set();
            }
        }

        return new(done.Task);
    }

    public void Dispose()
    {
        _isStopping = true;
        _work.Set();
        _writer.Join();
        _file.Dispose();
        _work.Dispose();
    }

    private static ReadOnlySpan<byte> Encode(string operation, string id, string? key, string? data)
    {
        var line = t_line ??= new ArrayBufferWriter<byte>(1024);
        var json = t_json ??= new Utf8JsonWriter(line, Json);
        line.ResetWrittenCount();
        json.Reset(line);
        json.WriteStartObject();
        json.WriteString("operation"u8, operation);
        json.WriteString("id"u8, id);
        if (key is not null)
        {
            json.WriteString("key"u8, key);
        }

        if (data is not null)
        {
            json.WriteString("data"u8, data);
        }

        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        return line.WrittenSpan;
    }

    private void Write()
    {
        var position = 0L;
        while (!_isStopping)
        {
            _work.WaitOne();
            if (TakeBatch() is not { } batch)
            {
                continue;
            }

            RandomAccess.Write(_file, batch.Bytes.WrittenSpan, position);
            RandomAccess.FlushToDisk(_file);
            position += batch.Bytes.WrittenCount;
            _syncs++;
            _records += batch.Waiting.Count;
            foreach (var done in batch.Waiting)
            {
                done.SetResult();
            }

            batch.Bytes.ResetWrittenCount();
            batch.Waiting.Clear();
            _spare = batch;
        }
    }

    private Batch? TakeBatch()
    {
        lock (_lock)
        {
            if (_open.Waiting.Count == 0)
            {
                return null;
            }

            (var batch, _open) = (_open, _spare);
            return batch;
        }
    }

    private sealed class Batch
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new(1 << 16);

        public List<TaskCompletionSource> Waiting { get; } = [];
    }
}
