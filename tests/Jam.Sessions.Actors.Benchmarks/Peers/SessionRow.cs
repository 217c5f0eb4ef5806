using System.Text;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A session in a store of bytes: the length of its key in one byte, the key, the data.</summary>
internal static class SessionRow
{
    public static byte[] Of(string key, ReadOnlySpan<byte> utf8)
    {
        var keyLength = Encoding.UTF8.GetByteCount(key);
        var row = new byte[1 + keyLength + utf8.Length];
        row[0] = checked((byte)keyLength);
        Encoding.UTF8.GetBytes(key, row.AsSpan(1));
        utf8.CopyTo(row.AsSpan(1 + keyLength));
        return row;
    }

    public static string KeyOf(byte[] row) => Encoding.UTF8.GetString(row.AsSpan(1, row[0]));

    public static byte[] DataOf(byte[] row) => row[(1 + row[0])..];

    /// <summary>The same key with other data.</summary>
    public static byte[] With(byte[] row, ReadOnlySpan<byte> utf8) => [.. row.AsSpan(0, 1 + row[0]), .. utf8];
}
