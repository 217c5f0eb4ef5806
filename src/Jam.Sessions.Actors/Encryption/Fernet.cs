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
    public const string Prefix = SessionIds.TokenPrefix;

    private static ReadOnlySpan<byte> Utf8Prefix => "J$_"u8;

    private readonly TimeProvider _time;
    private readonly ThreadLocal<Ciphers> _ciphers;

    private Fernet(ReadOnlySpan<byte> key, TimeProvider time)
    {
        var (signingKey, encryptionKey) = (key[..16].ToArray(), key[16..].ToArray());
        _time = time;
        _ciphers = new ThreadLocal<Ciphers>(() => new Ciphers(signingKey, encryptionKey));
    }

    /// <summary>From a key: 32 bytes in padded base64url.</summary>
    /// <exception cref="SessionSecretException">Not such a key.</exception>
    public static Fernet FromKey(string key, TimeProvider time, string option = "session-aes-secret") =>
        PythonBase64.TryDecode(Encoding.UTF8.GetBytes(key)) is { Length: 32 } bytes
            ? new Fernet(bytes, time)
            : throw new SessionSecretException(
                $"{option} must be 32 bytes in padded url-safe base64 (44 characters), or the path of a file that holds them.");

    public static bool IsToken(ReadOnlySpan<byte> text) => text.StartsWith(Utf8Prefix);

    /// <summary>The length of the token of a text.</summary>
    public static int TokenLength(int textLength) => checked(Prefix.Length + Base64.GetMaxEncodedToUtf8Length(BinaryLength(textLength)));

    /// <summary>A fresh token for a text.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> text)
    {
        var token = new byte[TokenLength(text.Length)];
        Encrypt(text, token);
        return token;
    }

    /// <summary>Writes a fresh token for a text; <paramref name="token"/> has its length.</summary>
    public void Encrypt(ReadOnlySpan<byte> text, Span<byte> token)
    {
        Utf8Prefix.CopyTo(token);
        var encoded = token[Prefix.Length..];
        var binary = encoded[..BinaryLength(text.Length)];
        binary[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(binary[1..], _time.GetUtcNow().ToUnixTimeSeconds());
        var blocks = binary[IvAt..^MacLength];
        RandomBytes.Fill(blocks[..IvLength]);
        text.CopyTo(blocks[IvLength..]);
        var padding = blocks[(IvLength + text.Length)..];
        padding.Fill((byte)padding.Length);
        var ciphers = _ciphers.Value!;
        ciphers.Encrypt(blocks);
        ciphers.Sign(binary[..^MacLength], binary[^MacLength..]);
        Base64.EncodeToUtf8InPlace(encoded, binary.Length, out _);
        encoded.Replace((byte)'+', (byte)'-');
        encoded.Replace((byte)'/', (byte)'_');
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
        var ciphers = _ciphers.Value!;
        ciphers.Sign(bytes.AsSpan(..^MacLength), mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes.AsSpan(^MacLength..)))
        {
            return null;
        }

        try
        {
            return ciphers.Decrypt(bytes.AsSpan(HeaderLength..^MacLength), bytes.AsSpan(IvAt, IvLength));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static int BinaryLength(int textLength) => HeaderLength + (((textLength / BlockLength) + 1) * BlockLength) + MacLength;

    /// <summary>One thread's, kept: made anew for each token, the cipher takes four times as long and the HMAC twice.</summary>
    private sealed class Ciphers
    {
        private readonly Aes _aes = Aes.Create();
        private readonly IncrementalHash _hmac;
        private readonly ICryptoTransform _chain;
        private readonly byte[] _piece = new byte[4096];

        public Ciphers(byte[] signingKey, byte[] encryptionKey)
        {
            _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, signingKey);
            (_aes.Key, _aes.Padding) = (encryptionKey, PaddingMode.None);
            _chain = _aes.CreateEncryptor();
        }

        /// <summary>In place, from whole blocks of which the first is random: that becomes the IV, the others the ciphertext.</summary>
        /// <remarks>RFC 4346, 6.2.3.2 (2)(b): the chain goes on from the token before, and a random first block makes an IV that nobody can foresee.</remarks>
        public void Encrypt(Span<byte> blocks)
        {
            while (!blocks.IsEmpty)
            {
                var length = Math.Min(blocks.Length, _piece.Length);
                blocks[..length].CopyTo(_piece);
                _chain.TransformBlock(_piece, 0, length, _piece, 0);
                _piece.AsSpan(..length).CopyTo(blocks);
                blocks = blocks[length..];
            }
        }

        public byte[] Decrypt(ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> iv) => _aes.DecryptCbc(ciphertext, iv);

        public void Sign(ReadOnlySpan<byte> bytes, Span<byte> mac)
        {
            _hmac.AppendData(bytes);
            _hmac.GetHashAndReset(mac);
        }
    }
}
