using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Jam.Sessions.Actors.Cluster.Rows;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>Where keys and ids belong.</summary>
/// <remarks>
/// <code>
/// route = the first 9 bytes of HMAC-SHA256(secret, key)              one owner each
/// id    = base64url(route ‖ 3 bytes of SipHash-2-4 of it, under a key from the secret) . what the id factory made
/// </code>
/// So an id leads to its key's owner, and confirms no guess of the key. The three bytes tell ids of this cluster from all others, which are looked up.
/// </remarks>
internal sealed class Routes(byte[] secret)
{
    private readonly SipHash _check = new(HMACSHA256.HashData(secret, "the check of ids"u8)[..SipHash.KeyLength]);

    /// <summary>Of a route, in bytes.</summary>
    public const int Length = 9;

    private const int CheckLength = 3;
    private const int TextLength = (Length + CheckLength) / 3 * 4;

    /// <summary>The route of a key.</summary>
    public byte[] OfKey(string key) => HMACSHA256.HashData(secret, RowCodec.KeyBytes(key))[..Length];

    /// <summary>The id that is given out for what the id factory made.</summary>
    public string IdOf(byte[] route, string made)
    {
        Span<byte> bytes = stackalloc byte[Length + CheckLength];
        route.CopyTo(bytes);
        WriteCheck(route, bytes[Length..]);
        return $"{Base64Url.EncodeToString(bytes)}.{made}";
    }

    /// <summary>The route that an id carries; null where it carries none of this cluster.</summary>
    public byte[]? OfId(string id)
    {
        Span<byte> bytes = stackalloc byte[Length + CheckLength];
        if (id.Length <= TextLength || id[TextLength] != '.' || !Base64Url.IsValid(id.AsSpan(..TextLength)) || !Base64Url.TryDecodeFromChars(id.AsSpan(..TextLength), bytes, out _))
        {
            return null;
        }

        Span<byte> check = stackalloc byte[CheckLength];
        WriteCheck(bytes[..Length], check);
        return CryptographicOperations.FixedTimeEquals(check, bytes[Length..]) ? bytes[..Length].ToArray() : null;
    }

    /// <summary>The name of the owner of a route.</summary>
    public static string OwnerOf(byte[] route) => Base64Url.EncodeToString(route);

    /// <summary>What two nodes of one cluster have in common, and is no secret.</summary>
    public string Fingerprint => Convert.ToHexStringLower(HMACSHA256.HashData(secret, "fingerprint"u8).AsSpan(..8));

    private void WriteCheck(ReadOnlySpan<byte> route, Span<byte> check)
    {
        Span<byte> hash = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, _check.Of(route));
        hash[..CheckLength].CopyTo(check);
    }
}
