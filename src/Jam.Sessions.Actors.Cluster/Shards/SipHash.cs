using System.Buffers.Binary;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>SipHash-2-4: a keyed hash of short texts, which nobody can foretell without the key, in some nanoseconds.</summary>
/// <remarks>J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012).</remarks>
/// <param name="key"><see cref="KeyLength"/> bytes.</param>
internal sealed class SipHash(ReadOnlySpan<byte> key)
{
    public const int KeyLength = 16;

    private readonly ulong _first = BinaryPrimitives.ReadUInt64LittleEndian(key), _second = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);

    public ulong Of(ReadOnlySpan<byte> text)
    {
        var (v0, v1, v2, v3) = (_first ^ 0x736f6d6570736575, _second ^ 0x646f72616e646f6d, _first ^ 0x6c7967656e657261, _second ^ 0x7465646279746573);
        var end = (ulong)text.Length << 56;
        for (; text.Length >= sizeof(ulong); text = text[sizeof(ulong)..])
        {
            Compress(BinaryPrimitives.ReadUInt64LittleEndian(text));
        }

        for (var i = 0; i < text.Length; i++)
        {
            end |= (ulong)text[i] << (8 * i);
        }

        Compress(end);
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
        {
            Round();
        }

        return v0 ^ v1 ^ v2 ^ v3;

        void Compress(ulong word)
        {
            v3 ^= word;
            Round();
            Round();
            v0 ^= word;
        }

        void Round()
        {
            v0 += v1;
            v1 = ulong.RotateLeft(v1, 13) ^ v0;
            v0 = ulong.RotateLeft(v0, 32);
            v2 += v3;
            v3 = ulong.RotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = ulong.RotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = ulong.RotateLeft(v1, 17) ^ v2;
            v2 = ulong.RotateLeft(v2, 32);
        }
    }
}
