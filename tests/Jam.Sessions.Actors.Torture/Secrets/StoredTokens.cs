using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Jam.Sessions.Actors.Torture;

/// <summary>Reads tokens with nothing of the engine: by the specifications of Fernet, HKDF and AES-GCM.</summary>
internal static class StoredTokens
{
    /// <summary>The text of a <c>J$_</c> token: version, time, IV, AES-128-CBC, and an HMAC over all of it.</summary>
    /// <exception cref="InvalidDataException">It is none, or no key made it.</exception>
    public static string Fernet(string token, IEnumerable<string> secrets)
    {
        var bytes = Convert.FromBase64String(Standard(Body(token, "J$_")));
        var key = secrets.Select(BytesOf).FirstOrDefault(key => HMACSHA256.HashData(key.AsSpan(..16), bytes.AsSpan(..^32)).AsSpan().SequenceEqual(bytes.AsSpan(^32..)));
        if (key is null || bytes[0] != 0x80 || BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)) <= 0)
        {
            throw new InvalidDataException("The file holds a token that was not made with this key.");
        }

        using var aes = Aes.Create();
        aes.Key = key[16..];
        return Encoding.UTF8.GetString(aes.DecryptCbc(bytes.AsSpan(25..^32), bytes.AsSpan(9, 16)));
    }

    /// <summary>The text of a <c>JG_</c> token: version, 4 bytes that name the key, 24 of salt, AES-256-GCM, and its tag of 16.</summary>
    /// <param name="token">The token.</param>
    /// <param name="record">The document that it stands in, name included, without its data and all behind the last member.</param>
    /// <param name="secrets">Keys that may have made it.</param>
    /// <exception cref="InvalidDataException">It is none, or no key made it for this record.</exception>
    public static string AesGcm(string token, string record, IEnumerable<string> secrets)
    {
        var bytes = Base64Url.DecodeFromChars(Body(token, "JG_"));
        var secret = secrets.Select(secret => HKDF.Extract(HashAlgorithmName.SHA256, BytesOf(secret), "jam.sessions"u8.ToArray()))
            .FirstOrDefault(secret => HKDF.Expand(HashAlgorithmName.SHA256, secret, 4, "key id"u8.ToArray()).AsSpan().SequenceEqual(bytes.AsSpan(1, 4)));
        if (secret is null || bytes[0] != 1)
        {
            throw new InvalidDataException("The file holds a token that was not made with this key.");
        }

        var derived = HKDF.Expand(HashAlgorithmName.SHA256, secret, 32 + 12, [.. "JG_"u8, 1, .. bytes.AsSpan(5, 24)]);
        var text = new byte[bytes.Length - 29 - 16];
        using var cipher = new AesGcm(derived.AsSpan(..32), 16);
        try
        {
            cipher.Decrypt(derived.AsSpan(32..), bytes.AsSpan(29, text.Length), bytes.AsSpan(^16..), text, Encoding.UTF8.GetBytes(record));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException("The file holds a token that does not belong to its record.", e);
        }

        return Encoding.UTF8.GetString(text);
    }

    private static string Body(string token, string prefix) =>
        token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : throw new InvalidDataException($"The file holds data that is no token of {prefix}.");

    private static byte[] BytesOf(string secret) => Convert.FromBase64String(Standard(secret));

    private static string Standard(string base64Url) => base64Url.Replace('-', '+').Replace('_', '/');
}
