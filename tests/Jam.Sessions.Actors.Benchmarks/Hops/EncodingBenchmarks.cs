using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Benchmarks.Hops;

/// <summary>The journal entry of a new session, beside the same document through <see cref="Utf8JsonWriter"/>.</summary>
[MemoryDiagnoser]
public class EncodingBenchmarks
{
    private readonly DocumentCodec _codec = new(ring: null);
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly Document _session = new(
        SessionIds.UuidV4(), "user-00000001", Payload.Of(1, 1).Data, createdAtSeconds: 1795367285.296665, documentId: 1, raw: null);

    [Benchmark(Baseline = true)]
    public int JsonWriter()
    {
        _output.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_output);
        json.WriteStartObject();
        json.WriteStartObject("1"u8);
        json.WriteString("key"u8, _session.Key);
        json.WriteString("session_id"u8, _session.Id);
        json.WriteString("data"u8, _session.Data.Utf8.Span);
        json.WriteNumber("created_at"u8, _session.CreatedAtSeconds);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Entry() => JournalEntry.Encode([new DocumentChange(null, _session)], _codec).Length;
}
