using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// Changes as a journal's batch holds them:
/// <code>
/// {"5": {"key": …}, "did": "created"}     the document as it is now, and what was done to it
/// {"4": null, "did": "deleted"}           it is gone
/// {"seen": {"5": 1795367360}}             session 5 was seen by then, Unix seconds; no change of the document
/// </code>
/// </summary>
/// <remarks>Whole documents under their document ids: applying them twice changes nothing. Format 2 did not say what was done.</remarks>
internal static class JournalEntry
{
    private const int MaxKeptBuffer = 1 << 20;

    // A member for each combination of intents, of which almost all are one alone.
    private static readonly byte[][] s_did = [.. Enumerable.Range(0, 1 << 9).Select(intent => DidMember((Intent)intent))];

    // Key actors write on whatever thread they run.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <returns>Valid until the next call on the same thread.</returns>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<DocumentChange> changes, DocumentCodec codec)
    {
        var output = Buffer();
        foreach (var change in changes)
        {
            output.Write(output.WrittenCount == 0 ? "{"u8 : ", {"u8);
            if (change.After is null)
            {
                codec.WriteRemoval(output, change.Before!);
            }
            else
            {
                codec.Write(output, change.After);
            }

            output.Write(s_did[(int)change.Intent]);
            output.Write("}"u8);
        }

        return output.WrittenSpan;
    }

    /// <returns>Valid until the next call on the same thread.</returns>
    public static ReadOnlySpan<byte> EncodeTouch(Document session, uint until)
    {
        var output = Buffer();
        output.Write("{\"seen\": {\""u8);
        output.Write(Encoding.ASCII.GetBytes(LargeDocumentIds.TextOf(session.DocumentId)));
        output.Write("\": "u8);
        Utf8Formatter.TryFormat(until, output.GetSpan(20), out var length);
        output.Advance(length);
        output.Write("}}"u8);
        return output.WrittenSpan;
    }

    /// <summary>Reads the changes of one batch.</summary>
    /// <param name="line">The line that the scanner reads.</param>
    /// <param name="scanner">Stands before the array of changes.</param>
    /// <param name="reader">Reads documents.</param>
    /// <param name="replay">Gets them.</param>
    public static void Decode(ReadOnlySpan<byte> line, ref JsonScanner scanner, DocumentReader reader, IJournalReplay replay)
    {
        scanner.Take((byte)'[');
        do
        {
            scanner.Take((byte)'{');
            scanner.Peek();
            var start = scanner.Position;
            var name = scanner.TakeString();
            scanner.Take((byte)':');
            if (name.SequenceEqual("seen"u8))
            {
                DecodeTouch(ref scanner, replay);
            }
            else
            {
                var isGone = scanner.Peek() == (byte)'n';
                var document = reader.Read(line, start, name, ref scanner);
                replay.Put(document.DocumentId, isGone ? null : document);
            }

            // What was done to it is for other readers than recovery.
            while (scanner.TakeCommaOr((byte)'}'))
            {
                scanner.TakeString();
                scanner.Take((byte)':');
                scanner.TakeValue();
            }
        }
        while (scanner.TakeCommaOr((byte)']'));
    }

    private static void DecodeTouch(ref JsonScanner scanner, IJournalReplay replay)
    {
        scanner.Take((byte)'{');
        do
        {
            scanner.Peek();
            var documentId = DocumentId.Read(scanner.TakeString());
            scanner.Take((byte)':');
            scanner.Peek();
            if (!Utf8Parser.TryParse(scanner.TakeWholeNumber(), out uint until, out _))
            {
                throw new JsonDamage(scanner.Position, "a time is expected");
            }

            replay.See(documentId, until);
        }
        while (scanner.TakeCommaOr((byte)'}'));
    }

    private static ArrayBufferWriter<byte> Buffer()
    {
        var output = t_buffer is { Capacity: <= MaxKeptBuffer } kept ? kept : t_buffer = new ArrayBufferWriter<byte>();
        output.ResetWrittenCount();
        return output;
    }

    private static byte[] DidMember(Intent intent)
    {
        var names = Enum.GetValues<Intent>().Where(one => one != Intent.None && intent.HasFlag(one)).Select(NameOf).ToList();
        return names.Count == 0 ? [] : Encoding.ASCII.GetBytes($", \"did\": \"{string.Join(", ", names)}\"");
    }

    private static string NameOf(Intent intent) => intent switch
    {
        Intent.Created => "created",
        Intent.Updated => "updated",
        Intent.Reworked => "reworked",
        Intent.Deleted => "deleted",
        Intent.Cleared => "cleared",
        Intent.Idle => "ended: idle",
        Intent.MaxLifetime => "ended: max lifetime",
        Intent.Limit => "ended: limit",
        Intent.Replayed => "replayed",
        _ => throw new ArgumentOutOfRangeException(nameof(intent), intent, "not one intent"),
    };
}

/// <summary>Gets what a journal says.</summary>
internal interface IJournalReplay
{
    /// <summary>A document, or null where it is gone.</summary>
    void Put(long documentId, Document? document);

    /// <summary>A session was seen by then.</summary>
    /// <param name="documentId">Of the session; one that is not there is none.</param>
    /// <param name="until">Unix seconds.</param>
    void See(long documentId, uint until);
}
