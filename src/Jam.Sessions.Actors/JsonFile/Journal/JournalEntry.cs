using System.Buffers;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Changes as a journal's batch holds them: <c>{"5": {"key": …}}</c> is the document as it is now, <c>{"4": null}</c> is gone.</summary>
/// <remarks>Whole documents under their document ids: applying them twice changes nothing.</remarks>
internal static class JournalEntry
{
    private const int MaxKeptBuffer = 1 << 20;

    // Key actors write on whatever thread they run.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <returns>Valid until the next call on the same thread.</returns>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<DocumentChange> changes, DocumentCodec codec)
    {
        var output = t_buffer is { Capacity: <= MaxKeptBuffer } kept ? kept : t_buffer = new ArrayBufferWriter<byte>();
        output.ResetWrittenCount();
        foreach (var (before, after) in changes)
        {
            output.Write(output.WrittenCount == 0 ? "{"u8 : ", {"u8);
            if (after is null)
            {
                codec.WriteRemoval(output, before!);
            }
            else
            {
                codec.Write(output, after);
            }

            output.Write("}"u8);
        }

        return output.WrittenSpan;
    }

    /// <summary>Reads the changes of one batch.</summary>
    /// <param name="line">The line that the scanner reads.</param>
    /// <param name="scanner">Stands before the array of changes.</param>
    /// <param name="reader">Reads documents.</param>
    /// <param name="apply">Gets each document's id and the document, or null where it is gone.</param>
    public static void Decode(ReadOnlySpan<byte> line, ref JsonScanner scanner, DocumentReader reader, Action<long, Document?> apply)
    {
        scanner.Take((byte)'[');
        do
        {
            scanner.Take((byte)'{');
            scanner.Peek();
            var start = scanner.Position;
            var name = scanner.TakeString();
            scanner.Take((byte)':');
            var isGone = scanner.Peek() == (byte)'n';
            var document = reader.Read(line, start, name, ref scanner);
            apply(document.DocumentId, isGone ? null : document);
            scanner.Take((byte)'}');
        }
        while (scanner.TakeCommaOr((byte)']'));
    }
}
