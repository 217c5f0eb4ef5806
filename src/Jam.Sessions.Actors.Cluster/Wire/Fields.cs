using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.Cluster.Wire;

/// <summary>How a field stands on the wire: the lowest three bits of its tag, as in protobuf.</summary>
internal enum FieldKind
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>Writes fields with numbers. What is null, or 0, is left out.</summary>
internal readonly struct FieldWriter(ArrayBufferWriter<byte> output)
{
    private const int LongestVarint = 10;

    public void Number(int field, long? value)
    {
        if (value is { } number and not 0)
        {
            Tag(field, FieldKind.Varint);

            // Zigzag: small negative numbers are short too.
            Varint((ulong)((number << 1) ^ (number >> 63)));
        }
    }

    public void Real(int field, double value)
    {
        Tag(field, FieldKind.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, FieldKind.Bytes);
        Varint((ulong)value.Length);
        output.Write(value);
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

    /// <summary>In three fields: how long a session may be idle, how old it may become, and, behind them, that there is a lifetime.</summary>
    public void Lifetime(int field, SessionLifetime? value)
    {
        Number(field + 2, value is null ? 0 : 1);
        Number(field, value?.Idle?.Ticks);
        Number(field + 1, value?.Max?.Ticks);
    }

    public void Moment(int field, DateTimeOffset? value) => Number(field, value?.UtcTicks);

    /// <summary>Fields of a field.</summary>
    public void Message(int field, Action<FieldWriter> write)
    {
        var inner = new ArrayBufferWriter<byte>();
        write(new FieldWriter(inner));
        Bytes(field, inner.WrittenSpan);
    }

    private void Tag(int field, FieldKind kind) => Varint(((ulong)field << 3) | (ulong)kind);

    private void Varint(ulong value)
    {
        var span = output.GetSpan(LongestVarint);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }
}

/// <summary>Fields that were read; of a repeated one all values, else the last.</summary>
internal sealed class FieldReader
{
    private readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> _fields = new(capacity: 8);

    /// <exception cref="FormatException">Not fields.</exception>
    public static FieldReader Read(ReadOnlyMemory<byte> bytes)
    {
        var fields = new FieldReader();
        while (!bytes.IsEmpty)
        {
            var tag = Varint(ref bytes);
            var (field, kind) = ((int)(tag >> 3), (FieldKind)(tag & 7));
            fields._fields.Add(kind switch
            {
                FieldKind.Varint => (field, Varint(ref bytes), default),
                FieldKind.Fixed64 => (field, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, sizeof(ulong)).Span), default),
                FieldKind.Bytes => (field, 0, Take(ref bytes, Varint(ref bytes))),
                FieldKind.Fixed32 => (field, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, sizeof(uint)).Span), default),
                _ => throw new FormatException($"A field of kind {(int)kind} is none."),
            });
        }

        return fields;
    }

    public long Number(int field) => Last(field) is { Field: > 0, Number: var number } ? (long)(number >> 1) ^ -(long)(number & 1) : 0;

    public bool Flag(int field) => Number(field) != 0;

    public double Real(int field) => Last(field) is { Field: > 0, Number: var number } ? BitConverter.UInt64BitsToDouble(number) : double.NaN;

    public ReadOnlyMemory<byte>? Bytes(int field) => Last(field) is { Field: > 0, Bytes: var bytes } ? bytes : default(ReadOnlyMemory<byte>?);

    public string? Text(int field) => Bytes(field) is { } bytes ? TextOf(bytes) : null;

    public IEnumerable<string> Texts(int field) => _fields.Where(entry => entry.Field == field).Select(entry => TextOf(entry.Bytes));

    public IEnumerable<FieldReader> Messages(int field) => _fields.Where(entry => entry.Field == field).Select(entry => Read(entry.Bytes));

    public SessionData? Data(int field) => Bytes(field) is { } bytes ? SessionData.Stored(bytes.ToArray()) : null;

    public SessionLifetime? Lifetime(int field) => Flag(field + 2) ? new SessionLifetime(Time(field), Time(field + 1)) : null;

    public DateTimeOffset? Moment(int field) => Last(field).Field > 0 ? new DateTimeOffset(Number(field), TimeSpan.Zero) : null;

    private TimeSpan? Time(int field) => Last(field).Field > 0 ? TimeSpan.FromTicks(Number(field)) : null;

    private (int Field, ulong Number, ReadOnlyMemory<byte> Bytes) Last(int field)
    {
        for (var i = _fields.Count - 1; i >= 0; i--)
        {
            if (_fields[i].Field == field)
            {
                return _fields[i];
            }
        }

        return default;
    }

    private static string TextOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.Cast<byte, char>(bytes.Span).ToString();

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
        {
            throw new FormatException("A field ends behind the message.");
        }

        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var value = 0UL;
        for (var i = 0; i < span.Length && i < 10; i++)
        {
            value |= (ulong)(span[i] & 0x7F) << (7 * i);
            if (span[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw new FormatException("A number has no end.");
    }
}
