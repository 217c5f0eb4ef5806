using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Reads one page of all sessions: the owners in the order of the table, and of each owner the sessions by their document ids.</summary>
internal sealed class PageReader(SessionTable table, long now)
{
    private const int MaxOwners = 10_000;

    public SessionPage Read(QuerySessions query)
    {
        var after = PagePlace.Parse(query.After);
        var (sessions, owners) = (new List<KeyedSessionInfo>(), 0);
        foreach (var (place, owner, all) in table.From(after?.Place ?? default))
        {
            var last = after?.LastOf(place, owner) ?? long.MinValue;
            foreach (var session in all.Living(key: null, now).Where(session => session.DocumentId > last && IsAskedFor(session, query)).OrderBy(session => session.DocumentId))
            {
                if (sessions.Count == query.Limit)
                {
                    return new SessionPage(sessions, new PagePlace(place, owner, last).ToString());
                }

                sessions.Add(new KeyedSessionInfo(session.Key, SessionReader.InfoOf(session)));
                last = session.DocumentId;
            }

            if (++owners == MaxOwners)
            {
                return new SessionPage(sessions, new PagePlace(place, owner, long.MaxValue).ToString());
            }
        }

        return new SessionPage(sessions, Next: null);
    }

    private static bool IsAskedFor(Document session, QuerySessions query) =>
        query.KeyPrefix is not { } prefix || session.Key.StartsWith(prefix, StringComparison.Ordinal);
}

/// <summary>Behind which session a page begins.</summary>
/// <param name="Place">Of the owner in the table.</param>
/// <param name="Owner">The owner, of which several may be at one place.</param>
/// <param name="DocumentId">The last of its sessions that was shown.</param>
internal readonly record struct PagePlace(ScanPlace Place, string Owner, long DocumentId)
{
    // Hashes, and with them the order, are those of one process.
    private static readonly int s_process = TextHash.Of(nameof(PagePlace));

    private const int Head = 20;

    /// <summary>Null for what is no place of this process.</summary>
    public static PagePlace? Parse(string? text)
    {
        if (text is null || !Base64Url.IsValid(text))
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length >= Head && bytes.Length % sizeof(char) == 0 && BinaryPrimitives.ReadInt32LittleEndian(bytes) == s_process
            && BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) is >= 0 and var stripe && stripe < SessionTable.Parts
            ? new PagePlace(
                new ScanPlace(stripe, BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])),
                MemoryMarshal.Cast<byte, char>(bytes[Head..]).ToString(),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]))
            : null;
    }

    /// <summary>The last session of an owner that was shown before this place.</summary>
    public long LastOf(ScanPlace place, string owner) =>
        place != Place ? long.MinValue : string.CompareOrdinal(owner, Owner) switch { < 0 => long.MaxValue, 0 => DocumentId, _ => long.MinValue };

    public override string ToString()
    {
        var bytes = new byte[Head + (Owner.Length * sizeof(char))];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, s_process);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Place.Stripe);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Place.Order);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), DocumentId);
        MemoryMarshal.AsBytes(Owner.AsSpan()).CopyTo(bytes.AsSpan(Head));
        return Base64Url.EncodeToString(bytes);
    }
}
