using System.Buffers.Text;
using System.Security.Cryptography;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>Ids of peers that have none of their own: 128 random bits in base64url. The system's generator is asked for 4 KiB at a time.</summary>
internal static class Ids
{
    private const int Length = 16;

    [ThreadStatic]
    private static byte[]? t_bytes;

    [ThreadStatic]
    private static int t_left;

    public static string New()
    {
        var bytes = t_bytes ??= new byte[4096];
        if (t_left == 0)
        {
            RandomNumberGenerator.Fill(bytes);
            t_left = bytes.Length;
        }

        t_left -= Length;
        return Base64Url.EncodeToString(bytes.AsSpan(t_left, Length));
    }
}
