using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>Writes fields with numbers. What is null, or 0, is left out.</summary>
internal readonly struct FieldWriter(CodedOutputStream output)
{
    public void Number(int field, long? value)
    {
        if (value is { } number and not 0)
        {
            output.WriteTag(field, WireFormat.WireType.Varint);
            output.WriteSInt64(number);
        }
    }

    public void Real(int field, double value)
    {
        output.WriteTag(field, WireFormat.WireType.Fixed64);
        output.WriteDouble(value);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }

    /// <summary>Text by its code units: a key may have any.</summary>
    public void Text(int field, string? value)
    {
        if (value is not null)
        {
            Bytes(field, MemoryMarshal.AsBytes(value.AsSpan()));
        }
    }

    public void Data(int field, SessionData? value)
    {
        if (value is not null)
        {
            Bytes(field, value.Utf8.Span);
        }
    }

    public void Time(int field, TimeSpan? value) => Number(field, value?.Ticks);

    public void Moment(int field, DateTimeOffset? value) => Number(field, value?.UtcTicks);

    /// <summary>Fields of a field.</summary>
    public void Message(int field, Action<FieldWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var inner = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(new FieldWriter(inner));
        }

        Bytes(field, bytes.GetBuffer().AsSpan(..(int)bytes.Length));
    }
}

/// <summary>Fields that were read; of a repeated one all values, else the last.</summary>
internal sealed class FieldReader
{
    private readonly Dictionary<int, long> _numbers = [];
    private readonly Dictionary<int, double> _reals = [];
    private readonly Dictionary<int, List<byte[]>> _bytes = [];

    public static FieldReader Read(byte[] bytes)
    {
        var (fields, input) = (new FieldReader(), new CodedInputStream(bytes));
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    fields._numbers[field] = input.ReadSInt64();
                    break;
                case WireFormat.WireType.Fixed64:
                    fields._reals[field] = input.ReadDouble();
                    break;
                case WireFormat.WireType.LengthDelimited:
                    CollectionsMarshal.GetValueRefOrAddDefault(fields._bytes, field, out _) ??= [];
                    fields._bytes[field].Add(input.ReadBytes().ToByteArray());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return fields;
    }

    public long Number(int field) => _numbers.GetValueOrDefault(field);

    public bool Flag(int field) => Number(field) != 0;

    public double Real(int field) => _reals.GetValueOrDefault(field, double.NaN);

    public byte[]? Bytes(int field) => _bytes.GetValueOrDefault(field)?[^1];

    public string? Text(int field) => Bytes(field) is { } bytes ? TextOf(bytes) : null;

    public IEnumerable<string> Texts(int field) => _bytes.GetValueOrDefault(field)?.Select(TextOf) ?? [];

    public IEnumerable<FieldReader> Messages(int field) => _bytes.GetValueOrDefault(field)?.Select(Read) ?? [];

    public SessionData? Data(int field) => Bytes(field) is { } bytes ? SessionData.Stored(bytes) : null;

    public TimeSpan? Time(int field) => _numbers.TryGetValue(field, out var ticks) ? TimeSpan.FromTicks(ticks) : null;

    public DateTimeOffset? Moment(int field) => _numbers.TryGetValue(field, out var ticks) ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    private static string TextOf(byte[] bytes) => MemoryMarshal.Cast<byte, char>(bytes).ToString();
}
