using System.Buffers.Text;
using System.Text;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What stands around the id and the data of a document, as the codec writes it; bound data is bound to it.</summary>
/// <remarks>
/// <code>
/// "1": {"key": "user1"   …   , "created_at": 1795367285.296665, "jam_sessions": {…}
/// </code>
/// </remarks>
internal static class RecordFrame
{
    // The document id, the names of the fields and the time of creation.
    private const int MaxFixedLength = 160;

    /// <summary>The most bytes that both parts take.</summary>
    public static int MaxLength(long documentId, string key, in StoredExtra extra) => checked(
        MaxFixedLength + JsonText.MaxStringLength(key.Length) + (extra.IsEmpty ? 0 : extra.MaxLength) + (LargeDocumentIds.IsLarge(documentId) ? LargeDocumentIds.MaxDigits : 0));

    /// <summary>The member's name, and the key.</summary>
    public static int WriteHead(Span<byte> room, long documentId, string key)
    {
        var length = WriteName(room, documentId);
        length += Copy("{\"key\": "u8, room[length..]);
        return length + JsonText.WriteString(room[length..], key.AsSpan());
    }

    /// <summary>The time of creation, and what goes beyond jam.</summary>
    public static int WriteTail(Span<byte> room, double createdAt, in StoredExtra extra)
    {
        var length = WriteCreatedAt(room, createdAt);
        return length + WriteExtra(room[length..], extra);
    }

    public static int WriteCreatedAt(Span<byte> room, double createdAt)
    {
        var length = Copy(", \"created_at\": "u8, room);
        return length + JsonText.Float(createdAt, room[length..]).Length;
    }

    /// <summary>What goes beyond jam, where there is anything.</summary>
    public static int WriteExtra(Span<byte> room, in StoredExtra extra)
    {
        if (extra.IsEmpty)
        {
            return 0;
        }

        var length = Copy(", \"jam_sessions\": "u8, room);
        return length + extra.Write(room[length..]);
    }

    /// <summary>The name of a document, and the colon behind it.</summary>
    public static int WriteName(Span<byte> room, long documentId)
    {
        room[0] = (byte)'"';
        var length = LargeDocumentIds.IsLarge(documentId)
            ? Encoding.ASCII.GetBytes(LargeDocumentIds.TextOf(documentId), room[1..])
            : Utf8Formatter.TryFormat(documentId, room[1..], out var written) ? written : 0;
        return 1 + length + Copy("\": "u8, room[(1 + length)..]);
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> room)
    {
        text.CopyTo(room);
        return text.Length;
    }
}
