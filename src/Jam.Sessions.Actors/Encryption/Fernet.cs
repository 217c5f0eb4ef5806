using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Jam.Sessions.Actors.Encryption;

/// <summary>jam's tokens: <c>J$_</c> and a Fernet token (AES-128-CBC, then HMAC-SHA256). Thread-safe.</summary>
/// <remarks>
/// Format: the Fernet specification, version 0x80: version ‖ 8-byte time ‖ 16-byte IV ‖ ciphertext ‖ 32-byte HMAC, in padded base64url. As in
/// jam, the time is written and never checked, and base64 is read as leniently as Python reads it.
/// </remarks>
internal sealed class Fernet
{
    private const byte Version = 0x80;
    private const int HeaderLength = 1 + 8 + 16, IvAt = 9, IvLength = 16, MacLength = 32, BlockLength = 16;

    /// <summary>What every token begins with.</summary>
    public const string Prefix = "J$_";

    private static ReadOnlySpan<byte> Utf8Prefix => "J$_"u8;

    private readonly byte[] _signingKey;
    private readonly byte[] _encryptionKey;
    private readonly TimeProvider _time;
    private readonly ThreadLocal<Aes> _aes;

    private Fernet(ReadOnlySpan<byte> key, TimeProvider time)
    {
        _signingKey = key[..16].ToArray();
        _encryptionKey = key[16..].ToArray();
        _time = time;
        _aes = new ThreadLocal<Aes>(() =>
        {
            var aes = Aes.Create();
            aes.Key = _encryptionKey;
            return aes;
        });
    }

    /// <summary>From a key: 32 bytes in padded base64url.</summary>
    /// <exception cref="SessionSecretException">Not such a key.</exception>
    public static Fernet FromKey(string key, TimeProvider time) =>
        PythonBase64.TryDecode(Encoding.UTF8.GetBytes(key)) is { Length: 32 } bytes
            ? new Fernet(bytes, time)
            : throw new SessionSecretException(
                "session-aes-secret must be 32 bytes in padded url-safe base64 (44 characters), or the path of a file that holds them.");

    public static bool IsToken(ReadOnlySpan<byte> text) => text.StartsWith(Utf8Prefix);

    /// <summary>A fresh token for a text.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> text)
    {
        var cipherLength = (text.Length / BlockLength + 1) * BlockLength;
        var length = HeaderLength + cipherLength + MacLength;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var token = rented.AsSpan(0, length);
        token[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(token[1..], _time.GetUtcNow().ToUnixTimeSeconds());
        var iv = token.Slice(IvAt, IvLength);
        RandomNumberGenerator.Fill(iv);
        _aes.Value!.EncryptCbc(text, iv, token.Slice(HeaderLength, cipherLength));
        HMACSHA256.HashData(_signingKey, token[..^MacLength], token[^MacLength..]);

        var encoded = new byte[Prefix.Length + Base64.GetMaxEncodedToUtf8Length(length)];
        Utf8Prefix.CopyTo(encoded);
        Base64.EncodeToUtf8(token, encoded.AsSpan(Prefix.Length), out _, out _);
        encoded.AsSpan(Prefix.Length).Replace((byte)'+', (byte)'-');
        encoded.AsSpan(Prefix.Length).Replace((byte)'/', (byte)'_');
        ArrayPool<byte>.Shared.Return(rented);
        return encoded;
    }

    /// <summary>The text of a token; null where it is no token, was tampered with, or was made with another key.</summary>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> token)
    {
        if (!IsToken(token) || PythonBase64.TryDecode(token[Prefix.Length..]) is not { } bytes
            || bytes.Length < HeaderLength + BlockLength + MacLength || bytes[0] != Version)
        {
            return null;
        }

        Span<byte> mac = stackalloc byte[MacLength];
        HMACSHA256.HashData(_signingKey, bytes.AsSpan(..^MacLength), mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes.AsSpan(^MacLength..)))
        {
            return null;
        }

        try
        {
            return _aes.Value!.DecryptCbc(bytes.AsSpan(HeaderLength..^MacLength), bytes.AsSpan(IvAt, IvLength));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
