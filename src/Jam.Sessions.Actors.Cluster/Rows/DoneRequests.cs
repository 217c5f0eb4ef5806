using System.Buffers.Binary;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>A change that was made: a request that comes again is answered with this, and changes nothing.</summary>
/// <param name="Id">Of the request.</param>
/// <param name="At">When it was first sent, in UTC ticks.</param>
/// <param name="Reply">The answer: a <see cref="bool"/>, an <see cref="int"/>, <see cref="Akka.Done"/>, or <see cref="DoneRequests.OwnId"/>.</param>
internal readonly record struct DoneRequest(Guid Id, long At, object Reply)
{
    public override string ToString() => nameof(DoneRequest);
}

/// <summary>The latest changes of a key, as a column holds them.</summary>
/// <remarks>
/// <code>
/// entry: id 16 bytes | first sent, UTC ticks 8 | kind 1 | number 4        29 bytes; integers little-endian; the newest first
/// kind:  0 done, 1 truth value, 2 number, 3 the id that came with the request
/// </code>
/// An id itself is not kept: who asks again brings it again.
/// </remarks>
internal static class DoneRequests
{
    /// <summary>How many are kept.</summary>
    public const int Most = 64;

    private const int Length = 29;

    public static byte[] Write(IEnumerable<DoneRequest> newestFirst)
    {
        var requests = newestFirst.Take(Most).ToArray();
        var bytes = new byte[Length * requests.Length];
        for (var i = 0; i < requests.Length; i++)
        {
            var entry = bytes.AsSpan(Length * i, Length);
            var (kind, number) = requests[i].Reply switch
            {
                bool truth => (1, truth ? 1 : 0),
                int count => (2, count),
                _ when ReferenceEquals(requests[i].Reply, OwnId) => (3, 0),
                _ => (0, 0),
            };
            requests[i].Id.TryWriteBytes(entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], requests[i].At);
            entry[24] = (byte)kind;
            BinaryPrimitives.WriteInt32LittleEndian(entry[25..], number);
        }

        return bytes;
    }

    /// <summary>What stands in a column.</summary>
    public static IEnumerable<DoneRequest> Read(byte[] bytes)
    {
        for (var at = 0; at + Length <= bytes.Length; at += Length)
        {
            var entry = bytes.AsSpan(at, Length);
            var number = BinaryPrimitives.ReadInt32LittleEndian(entry[25..]);
            object reply = entry[24] switch
            {
                1 => number != 0,
                2 => number,
                3 => OwnId,
                _ => Akka.Done.Instance,
            };
            yield return new DoneRequest(new Guid(entry[..16]), BinaryPrimitives.ReadInt64LittleEndian(entry[16..]), reply);
        }
    }

    /// <summary>Stands for the id that came with the request.</summary>
    public static readonly object OwnId = new();
}
