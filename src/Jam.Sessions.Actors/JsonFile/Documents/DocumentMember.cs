namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The members of a document that the codec knows, in the order in which it writes them: jam's four, then what goes beyond jam.</summary>
internal enum DocumentMember
{
    /// <summary>Somebody else's: it keeps its bytes and its place.</summary>
    Foreign = -1,

    Key,
    SessionId,
    Data,
    CreatedAt,

    /// <summary>What goes beyond jam, in one member that only sessions have which need it.</summary>
    Extra,
}

/// <summary>The table of their names.</summary>
internal static class DocumentMembers
{
    // The four that jam always writes, as bits.
    private const int Jams = (1 << (int)DocumentMember.CreatedAt + 1) - 1;

    // And those of them that are left where ids are hashed.
    private const int JamsWithoutId = Jams & ~(1 << (int)DocumentMember.SessionId);

    private static readonly byte[][] s_names = [[.. "key"u8], [.. "session_id"u8], [.. "data"u8], [.. "created_at"u8], [.. "jam_sessions"u8]];

    public static DocumentMember Of(ReadOnlySpan<byte> name)
    {
        for (var member = 0; member < s_names.Length; member++)
        {
            if (name.SequenceEqual(s_names[member]))
            {
                return (DocumentMember)member;
            }
        }

        return DocumentMember.Foreign;
    }

    /// <summary>Notes that a member follows those that were seen: a bit for each, all bits once one is foreign, out of order or there twice.</summary>
    public static int Follow(int seen, DocumentMember member) =>
        member != DocumentMember.Foreign && seen < 1 << (int)member ? seen | (1 << (int)member) : -1;

    /// <summary>Whether what was seen is written by the codec as it stands: jam's four, and perhaps ours behind them, in which the id may be.</summary>
    public static bool AreInOrder(int seen, bool hasDigest) => seen > 0 && ((seen & Jams) == Jams || (hasDigest && (seen & Jams) == JamsWithoutId));
}
