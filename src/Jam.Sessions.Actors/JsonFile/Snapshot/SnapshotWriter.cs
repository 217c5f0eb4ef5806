using System.Buffers;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Writes a whole session file in pieces, through one buffer.</summary>
internal static class SnapshotWriter
{
    private const int PieceSize = 1 << 20;

    /// <summary>Writes and syncs the file; what was written, as a fingerprint.</summary>
    public static Fingerprint Write(IDiskFile file, byte[] head, IReadOnlyList<Document> documents, byte[] tail, DocumentCodec codec, Pace pace, bool isExact = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var written = Fingerprint.Empty;
        output.Write(head);
        output.Write("{"u8);
        for (var i = 0; i < documents.Count; i++)
        {
            if (i > 0)
            {
                output.Write(", "u8);
            }

            codec.Write(output, documents[i], isExact);
            if (output.WrittenCount >= PieceSize)
            {
                Spill();
                pace.Turn();
            }
        }

        output.Write("}"u8);
        output.Write(tail);
        Spill();
        file.Sync();
        return written;

        void Spill()
        {
            file.Write(output.WrittenSpan, written.Length);
            written = written.With(output.WrittenSpan);
            output.ResetWrittenCount();
        }
    }
}
