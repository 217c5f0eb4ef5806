using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Jam.Sessions.Actors.Encryption;

/// <summary>Session ids as memory and files hold them: as they are, or as digests, from which nobody gets an id back.</summary>
/// <remarks>
/// A digest is the SHA-256 of the id's UTF-8: in memory 32 bytes as 16 UTF-16 units, which is less than a UUID takes as text; in files base64url.
/// It has no salt: an id is random, and to be found by what a client presents.
/// </remarks>
internal sealed class StoredIds
{
    public static readonly StoredIds Plain = new(areHashed: false);
    public static readonly StoredIds Hashed = new(areHashed: true);

    /// <summary>The length of a digest in UTF-16 units.</summary>
    public const int DigestLength = SHA256.HashSizeInBytes / sizeof(char);

    /// <summary>The length of a digest in a file, in bytes.</summary>
    public const int TextLength = 43;

    private const int LongestOnStack = 256;

    // One thread's, kept: the static way takes half as long again.
    [ThreadStatic]
    private static IncrementalHash? t_hash;

    private StoredIds(bool areHashed) => AreHashed = areHashed;

    public bool AreHashed { get; }

    /// <summary>What is kept of an id.</summary>
    public string Of(string id) => AreHashed ? DigestOf(id) : id;

    /// <summary>The same without an object.</summary>
    /// <param name="id">The id.</param>
    /// <param name="room"><see cref="DigestLength"/> units, which may be written to.</param>
    public ReadOnlySpan<char> Of(string id, Span<char> room)
    {
        if (!AreHashed)
        {
            return id;
        }

        WriteDigest(id, room);
        return room;
    }

    public static string DigestOf(string id) => string.Create(DigestLength, id, static (digest, id) => WriteDigest(id, digest));

    /// <summary>The bytes of a digest.</summary>
    public static ReadOnlySpan<byte> BytesOf(ReadOnlySpan<char> digest) => MemoryMarshal.AsBytes(digest);

    /// <summary>Writes a digest as files hold it.</summary>
    /// <returns><see cref="TextLength"/>.</returns>
    public static int WriteText(string digest, Span<byte> text) => Base64Url.EncodeToUtf8(BytesOf(digest), text);

    /// <summary>The digest that files hold as this text; null where it is none.</summary>
    public static string? ReadText(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        return text.Length == TextLength && Base64Url.IsValid(text) && Base64Url.TryDecodeFromUtf8(text, bytes, out var length) && length == bytes.Length
            ? MemoryMarshal.Cast<byte, char>(bytes).ToString()
            : null;
    }

    private static void WriteDigest(string id, Span<char> digest)
    {
        var bytes = MemoryMarshal.AsBytes(digest);
        Span<byte> utf8 = id.Length <= LongestOnStack ? stackalloc byte[3 * LongestOnStack] : new byte[3 * id.Length];
        if (Utf8.FromUtf16(id, utf8, out _, out var length, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done)
        {
            Hash(utf8[..length], bytes);
            CryptographicOperations.ZeroMemory(utf8[..length]);
        }
        else
        {
            // An unpaired surrogate, which a jam file may have, has no UTF-8.
            Hash(MemoryMarshal.AsBytes(id.AsSpan()), bytes);
        }
    }

    private static void Hash(ReadOnlySpan<byte> text, Span<byte> digest)
    {
        var hash = t_hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(text);
        hash.GetHashAndReset(digest);
    }
}
