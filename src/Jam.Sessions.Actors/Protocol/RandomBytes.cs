using System.Security.Cryptography;

namespace Jam.Sessions.Actors;

/// <summary>Random bytes from the operating system's CSPRNG, which is asked for many at a time; those that were given are erased.</summary>
internal static class RandomBytes
{
    private const int BufferLength = 1024;

    [ThreadStatic]
    private static byte[]? t_random;

    [ThreadStatic]
    private static int t_left;

    public static void Fill(Span<byte> bytes)
    {
        t_random ??= new byte[BufferLength];
        if (t_left < bytes.Length)
        {
            RandomNumberGenerator.Fill(t_random);
            t_left = BufferLength;
        }

        t_left -= bytes.Length;
        var random = t_random.AsSpan(t_left, bytes.Length);
        random.CopyTo(bytes);
        random.Clear();
    }
}
