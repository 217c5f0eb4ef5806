using System.Buffers.Text;

namespace Jam.Sessions.Actors;

/// <summary>Makers of session ids, for <see cref="JamSessionsOptions.IdFactory"/>.</summary>
/// <remarks>A session id is a bearer secret: whoever has it is signed in. Both makers draw from the operating system's CSPRNG.</remarks>
public static class SessionIds
{
    /// <summary>What an encrypted id or encrypted data begins with, as in jam.</summary>
    internal const string TokenPrefix = "J$_";

    private const int LongToken = 100;
    private const int TokenEnd = 40;

    /// <summary>jam's default: a random UUID (version 4), 36 characters, 122 random bits.</summary>
    public static string UuidV4()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomBytes.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>256 random bits as 43 characters of unpadded base64url. Recommended where ids need not look like jam's.</summary>
    public static string Random256()
    {
        Span<byte> bytes = stackalloc byte[32];
        RandomBytes.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A hash for tables in memory. A long token is told by its end: that is its HMAC.</summary>
    internal static int HashOf(ReadOnlySpan<char> sessionId) => (int)LongHashOf(sessionId);

    /// <summary>All 64 bits of it.</summary>
    internal static ulong LongHashOf(ReadOnlySpan<char> sessionId) =>
        sessionId.Length >= LongToken && sessionId.StartsWith(TokenPrefix, StringComparison.Ordinal)
            ? TextHash.LongOf(sessionId[^TokenEnd..])
            : TextHash.LongOf(sessionId);

    internal static string Checked(string sessionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        return sessionId;
    }
}
