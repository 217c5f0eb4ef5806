using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Jam.Sessions.Actors.Encryption;

/// <summary>A session id that only who has its predecessor can read.</summary>
/// <remarks>
/// AES-256-GCM under a key that HKDF-SHA256 derives from the predecessor. The nonce is the beginning of the id's own digest, which stands beside it: for
/// another id it is another one.
/// </remarks>
internal static class SealedId
{
    private const int NonceLength = 12, TagLength = 16, KeyLength = 32;

    private static ReadOnlySpan<byte> Purpose => "jam.sessions: the id after a rework"u8;

    /// <summary>The id, sealed: ciphertext ‖ tag.</summary>
    public static byte[] Seal(string id, string predecessor)
    {
        var text = MemoryMarshal.AsBytes(id.AsSpan());
        var sealedId = new byte[text.Length + TagLength];
        using var cipher = CipherOf(predecessor);
        cipher.Encrypt(NonceOf(StoredIds.DigestOf(id)), text, sealedId.AsSpan(..text.Length), sealedId.AsSpan(text.Length..));
        return sealedId;
    }

    /// <summary>The id again; null where this is not its predecessor, or it was changed.</summary>
    /// <param name="sealedId">What <see cref="Seal"/> returned.</param>
    /// <param name="digest">Of the id.</param>
    /// <param name="predecessor">The id before.</param>
    public static string? TryOpen(ReadOnlySpan<byte> sealedId, string digest, string predecessor)
    {
        if (sealedId.Length <= TagLength)
        {
            return null;
        }

        var text = new byte[sealedId.Length - TagLength];
        using var cipher = CipherOf(predecessor);
        try
        {
            cipher.Decrypt(NonceOf(digest), sealedId[..text.Length], sealedId[text.Length..], text);
            return MemoryMarshal.Cast<byte, char>(text).ToString();
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static AesGcm CipherOf(string predecessor)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, MemoryMarshal.AsBytes(predecessor.AsSpan()), key, salt: default, Purpose);
        return new AesGcm(key, TagLength);
    }

    private static ReadOnlySpan<byte> NonceOf(string digest) => StoredIds.BytesOf(digest)[..NonceLength];
}
