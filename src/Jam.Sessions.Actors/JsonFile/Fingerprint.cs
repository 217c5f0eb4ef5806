using System.Numerics;
using System.Runtime.InteropServices;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Length and CRC-32C of a file: tells the snapshot that a journal belongs to from one that somebody else wrote.</summary>
/// <remarks>It finds accidents, not attacks: who may write the file may write the journal too.</remarks>
internal readonly record struct Fingerprint(long Length, uint Crc)
{
    /// <summary>Of an empty file, and of one that is not there.</summary>
    public static readonly Fingerprint Empty = new(0, 0);

    /// <summary>The fingerprint of what was seen so far and <paramref name="bytes"/>.</summary>
    public Fingerprint With(ReadOnlySpan<byte> bytes) => new(Length + bytes.Length, Crc32C(Crc, bytes));

    /// <summary>The fingerprint with what is new of the bytes that stand at <paramref name="offset"/>; those before <see cref="Length"/> are in it already.</summary>
    public Fingerprint With(ReadOnlySpan<byte> bytes, long offset) => With(bytes[(int)Math.Min(Length - offset, bytes.Length)..]);

    /// <summary>CRC-32C (Castagnoli), as in RFC 3720; the CRC of the whole from the CRC of the part before.</summary>
    public static uint Crc32C(uint before, ReadOnlySpan<byte> bytes)
    {
        var crc = ~before;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var single in bytes[(bytes.Length & ~7)..])
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return ~crc;
    }
}
