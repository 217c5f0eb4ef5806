using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Jam.Sessions.Actors;

/// <summary>A hash of text for tables in memory: 16 bytes are multiplied with each other and the product is folded.</summary>
/// <remarks>Its two secrets are drawn anew in each process, so texts that collide in one process do not in the next.</remarks>
internal static class TextHash
{
    private static readonly ulong s_first = Draw();
    private static readonly ulong s_second = Draw();

    public static int Of(ReadOnlySpan<char> text) => (int)LongOf(text);

    /// <summary>All 64 bits of it.</summary>
    public static ulong LongOf(ReadOnlySpan<char> text)
    {
        var bytes = MemoryMarshal.AsBytes(text);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var hash = s_first;
        for (var i = 0; (i * sizeof(ulong)) + 16 < bytes.Length; i += 2)
        {
            hash = Folded(words[i] ^ s_second, words[i + 1] ^ hash);
        }

        // The end of a short text by itself, that of a longer one with some bytes that were there already.
        var (last, before) = bytes.Length >= 16 ? (Word(bytes[^8..]), Word(bytes[^16..])) : bytes.Length >= 8 ? (Word(bytes[^8..]), Word(bytes)) : (Few(bytes), 0);
        hash = Folded(before ^ s_second, last ^ hash);

        // The length by itself: added to the words it could be made up for in one of them.
        return Folded(hash ^ s_first, s_second ^ (ulong)bytes.Length);
    }

    private static ulong Few(ReadOnlySpan<byte> bytes)
    {
        var word = 0UL;
        foreach (var one in bytes)
        {
            word = (word << 8) | one;
        }

        return word;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);

    private static ulong Folded(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }

    // Odd, so that no product loses its low bits.
    private static ulong Draw()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return Word(bytes) | 1;
    }
}
