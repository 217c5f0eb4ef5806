using Jam.Sessions.Actors.Commit;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>The sessions of one instant as a session file, on their way to somebody else.</summary>
/// <remarks>It says exactly when each session was seen: who reads it is another store, which gets no touches of this one.</remarks>
/// <param name="documents">All documents of that instant.</param>
/// <param name="frame">What stands around them, and how they are written.</param>
/// <param name="pace">How fast.</param>
internal sealed class StoreCopy(Document[] documents, (byte[] Head, byte[] Tail, DocumentCodec Codec) frame, Pace pace) : IStoreCopy
{
    public int Count => documents.Length;

    public (long Length, uint Checksum) WriteTo(Stream output)
    {
        using var file = new StreamedFile(output);
        var written = SnapshotWriter.Write(file, frame.Head, documents, frame.Tail, frame.Codec, pace, isExact: true);
        return (written.Length, written.Crc);
    }

    /// <summary>A stream as a file that is written from its beginning to its end.</summary>
    private sealed class StreamedFile(Stream output) : IDiskFile
    {
        public long Length { get; private set; }

        public int Read(Span<byte> buffer, long offset) => throw new NotSupportedException();

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            output.Write(bytes);
            Length = offset + bytes.Length;
        }

        public void Cut(long length) => throw new NotSupportedException();

        public void Sync() => output.Flush();

        public void Dispose()
        {
        }
    }
}
