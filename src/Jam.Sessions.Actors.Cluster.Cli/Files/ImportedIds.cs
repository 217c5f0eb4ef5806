using System.Buffers.Binary;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Cli.Files;

/// <summary>Which sessions came in by imports: the first 8 bytes of the digest of each id, enough to tell billions apart.</summary>
internal sealed class ImportedIds
{
    private readonly HashSet<ulong> _ids = [];

    public static ulong ShortOf(Document session) => BinaryPrimitives.ReadUInt64BigEndian(StoredIds.BytesOf(session.Id));

    /// <summary>Those of some sessions, one after the other.</summary>
    public static byte[] Write(IReadOnlyCollection<Document> sessions)
    {
        var (bytes, at) = (new byte[sizeof(ulong) * sessions.Count], 0);
        foreach (var session in sessions)
        {
            StoredIds.BytesOf(session.Id)[..sizeof(ulong)].CopyTo(bytes.AsSpan(at));
            at += sizeof(ulong);
        }

        return bytes;
    }

    /// <summary>Adds what <see cref="Write"/> wrote.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            _ids.Add(BinaryPrimitives.ReadUInt64BigEndian(bytes));
        }
    }

    public bool Contains(Document session) => _ids.Contains(ShortOf(session));
}
