using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Jam.Sessions.Actors.Encryption;

/// <summary>Tokens that belong where they stand: AES-256-GCM with the rest of the record as associated data. Thread-safe.</summary>
/// <remarks>
/// <code>
/// JG_ base64url( version 1 ‖ key id, 4 bytes ‖ salt, 24 bytes ‖ ciphertext ‖ tag, 16 bytes )
/// </code>
/// HKDF-SHA256 derives each token's own key and nonce from the secret and the salt: 192 random bits, so that no number of tokens uses one up. A token that
/// was changed, or stands in another record, cannot be read. <see href="https://www.rfc-editor.org/rfc/rfc5869">RFC 5869</see>, NIST SP 800-38D.
/// </remarks>
internal sealed class BoundTokens
{
    private const byte Version = 1;
    private const int KeyIdLength = 4, SaltLength = 24, SaltAt = 1 + KeyIdLength, HeaderLength = SaltAt + SaltLength, TagLength = 16;
    private const int KeyLength = 32, NonceLength = 12;

    private readonly byte[] _secret;
    private readonly uint _keyId;

    /// <param name="key">32 bytes.</param>
    public BoundTokens(ReadOnlySpan<byte> key)
    {
        _secret = HKDF.Extract(HashAlgorithmName.SHA256, key.ToArray(), [.. "jam.sessions"u8]);
        Span<byte> id = stackalloc byte[KeyIdLength];
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, id, "key id"u8);
        _keyId = BinaryPrimitives.ReadUInt32BigEndian(id);
    }

    private static ReadOnlySpan<byte> Prefix => "JG_"u8;

    public static bool IsToken(ReadOnlySpan<byte> text) => text.StartsWith(Prefix);

    /// <summary>The length of the token of a text.</summary>
    public static int TokenLength(int textLength) => checked(Prefix.Length + Base64Url.GetEncodedLength(HeaderLength + textLength + TagLength));

    /// <summary>Writes a fresh token for a text; <paramref name="token"/> has its length.</summary>
    /// <param name="text">The text.</param>
    /// <param name="record">What the token is bound to.</param>
    /// <param name="token">Gets it.</param>
    public void Encrypt(ReadOnlySpan<byte> text, ReadOnlySpan<byte> record, Span<byte> token)
    {
        Prefix.CopyTo(token);
        var binary = new byte[HeaderLength + text.Length + TagLength];
        binary[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(binary.AsSpan(1), _keyId);
        var salt = binary.AsSpan(SaltAt, SaltLength);
        RandomBytes.Fill(salt);
        Span<byte> derived = stackalloc byte[KeyLength + NonceLength];
        using var cipher = CipherOf(salt, derived);
        cipher.Encrypt(derived[KeyLength..], text, binary.AsSpan(HeaderLength, text.Length), binary.AsSpan(HeaderLength + text.Length), record);
        Base64Url.EncodeToUtf8(binary, token[Prefix.Length..]);
    }

    /// <summary>Whether this key made a token, as that says of itself.</summary>
    public bool Made(ReadOnlySpan<byte> token) => Decode(token) is not null;

    /// <summary>The text of a token; null where it is none of this key, was changed, or belongs to another record.</summary>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> token, ReadOnlySpan<byte> record)
    {
        if (Decode(token) is not { } binary)
        {
            return null;
        }

        var text = new byte[binary.Length - HeaderLength - TagLength];
        Span<byte> derived = stackalloc byte[KeyLength + NonceLength];
        using var cipher = CipherOf(binary.AsSpan(SaltAt, SaltLength), derived);
        try
        {
            cipher.Decrypt(derived[KeyLength..], binary.AsSpan(HeaderLength, text.Length), binary.AsSpan(HeaderLength + text.Length), text, record);
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The bytes of a token that says it is of this key; null for anything else, and for other ways to write them, which are changes too.</summary>
    private byte[]? Decode(ReadOnlySpan<byte> token)
    {
        if (!IsToken(token) || !Base64Url.IsValid(token[Prefix.Length..], out var length) || length < HeaderLength + TagLength)
        {
            return null;
        }

        var binary = Base64Url.DecodeFromUtf8(token[Prefix.Length..]);
        return binary[0] == Version && BinaryPrimitives.ReadUInt32BigEndian(binary.AsSpan(1)) == _keyId && token[Prefix.Length..].SequenceEqual(Base64Url.EncodeToUtf8(binary))
            ? binary
            : null;
    }

    private AesGcm CipherOf(ReadOnlySpan<byte> salt, Span<byte> derived)
    {
        Span<byte> info = stackalloc byte[Prefix.Length + 1 + SaltLength];
        Prefix.CopyTo(info);
        info[Prefix.Length] = Version;
        salt.CopyTo(info[(Prefix.Length + 1)..]);
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, derived, info);
        return new AesGcm(derived[..KeyLength], TagLength);
    }
}
