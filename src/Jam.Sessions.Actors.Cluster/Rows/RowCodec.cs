using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>Sessions as rows.</summary>
/// <remarks>
/// Keys are UTF-16, big-endian: any text that a key may be, in the order of its code units. Times of life are Unix seconds, as in the file; the deadline, by
/// which a sweep finds what has ended, is in Unix milliseconds.
/// </remarks>
internal sealed class RowCodec(SessionRules rules, WallClock clock)
{
    public const string Columns =
        "digest, route, key, number, handle, data, created_at, is_timed, own_idle, own_max, since, seen, deadline, before_digest, before_until, before_sealed";

    public static byte[] KeyBytes(string key)
    {
        var bytes = new byte[2 * key.Length];
        for (var i = 0; i < key.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), key[i]);
        }

        return bytes;
    }

    public static string KeyOf(ReadOnlySpan<byte> bytes)
    {
        var key = new char[bytes.Length / 2];
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = (char)BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
        }

        return new string(key);
    }

    public static byte[] DigestBytes(string digest) => StoredIds.BytesOf(digest).ToArray();

    public static string DigestOf(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, char>(bytes).ToString();

    public static long? DeadlineOf(Document session, double seen) =>
        session.Terms is { HaveDeadline: true } terms ? MillisecondsUp(terms.Deadline(UnixTime.ToTicks(seen), session.CreatedAtSeconds)) : null;

    public static long Milliseconds(long ticks) => (ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    /// <summary>The session of a row that has <see cref="Columns"/>.</summary>
    public Document Read(NpgsqlDataReader row)
    {
        var isTimed = row.GetBoolean(7);
        var own = row.IsDBNull(8) && row.IsDBNull(9) ? null : new SessionLifetime(TimeOf(row, 8), TimeOf(row, 9));
        var now = clock.Now();

        // One that nobody timed begins to live when it is first read under rules that ask for times.
        var since = isTimed || !rules.TimeAll ? row.GetDouble(10) : UnixTime.FromTicksUp(now);
        var before = row.IsDBNull(13) ? null : new Predecessor(DigestOf(row.GetFieldValue<byte[]>(13)), row.GetDouble(14), row.IsDBNull(15) ? null : row.GetFieldValue<byte[]>(15));
        var session = new Document(
            DigestOf(row.GetFieldValue<byte[]>(0)), KeyOf(row.GetFieldValue<byte[]>(2)), SessionData.Stored(row.GetFieldValue<byte[]>(5)), row.GetDouble(6), row.GetInt64(3), raw: null,
            isTimed || rules.TimeAll ? rules.Terms(own, since) : null, seen: isTimed ? 0 : now, before);
        if (isTimed)
        {
            session.Restore(row.GetDouble(11), now);
        }

        return session;
    }

    /// <summary>Now, in Unix seconds, and the deadline in Unix milliseconds of a session whose life begins now; null where sessions have none.</summary>
    public (double Now, long Deadline)? DeadlineFromNow()
    {
        var now = UnixTime.FromTicksUp(clock.Now());
        return rules.TimeAll && rules.Terms(own: null, now) is { HaveDeadline: true } terms ? (now, MillisecondsUp(terms.Deadline(UnixTime.ToTicks(now), now))) : null;
    }

    private static TimeSpan? TimeOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : TimeSpan.FromTicks(row.GetInt64(column));

    private static long MillisecondsUp(long ticks) => ticks == LifetimeTerms.Never ? long.MaxValue : Milliseconds(ticks + TimeSpan.TicksPerMillisecond - 1);
}
