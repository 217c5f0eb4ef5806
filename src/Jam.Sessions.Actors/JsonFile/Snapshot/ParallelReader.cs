using System.Buffers;
using System.Runtime.ExceptionServices;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads documents on several threads, in chunks that end where one document seems to end and another one to begin.</summary>
/// <remarks>
/// It only seems so: text within a document may look the same. So a chunk counts only where the one before it was read to its very end, and at
/// anything unexpected (damage, the table's end, a document larger than a chunk) the reading is over, before the first document that was not
/// understood. There the caller goes on. No more chunks are in memory than threads read them.
/// </remarks>
internal sealed class ParallelReader
{
    private const int MostThreads = 4;

    private readonly IDiskFile _file;
    private readonly int _chunkSize;
    private readonly Lock _turn = new();
    private readonly List<Chunk> _chunks = [];
    private long _next;
    private Fingerprint _fingerprint;
    private volatile bool _isOver;

    private ParallelReader(IDiskFile file, long position, Fingerprint seen, int chunkSize) =>
        (_file, _next, _fingerprint, _chunkSize) = (file, position, seen, chunkSize);

    /// <summary>Reads from where a document's name is expected, as far as it gets.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="seen">The fingerprint of the file up to there or beyond.</param>
    /// <param name="chunkSize">How many bytes a thread takes at a time.</param>
    /// <param name="documents">Gets the counts of what is read.</param>
    public static ReadAhead Read(IDiskFile file, long position, Fingerprint seen, int chunkSize, DocumentReader documents)
    {
        var reader = new ParallelReader(file, position, seen, chunkSize);
        try
        {
            Parallel.For(0, Math.Min(Environment.ProcessorCount, MostThreads), _ => reader.ReadChunks(documents.Fork()));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }

        var whole = reader._chunks.TakeWhile(chunk => chunk.IsWhole).Count();
        var understood = reader._chunks.Take(whole + 1).ToList();
        understood.ForEach(chunk => documents.Counts.Add(chunk.Counts));
        return new ReadAhead(understood.ConvertAll(chunk => chunk.Documents), understood.Count > 0 ? understood[^1].End : position, reader._fingerprint);
    }

    private void ReadChunks(DocumentReader documents)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_chunkSize);
        try
        {
            while (TakeChunk(buffer, out var length) is { } chunk && chunk.Read(buffer.AsSpan(0, length), documents))
            {
            }
        }
        finally
        {
            _isOver = true;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Chunk? TakeChunk(byte[] buffer, out int length)
    {
        lock (_turn)
        {
            length = _isOver ? 0 : Fill(buffer.AsSpan(0, _chunkSize));
            length = buffer.AsSpan(0, length).LastIndexOf("}, \""u8) + "}, ".Length;
            if (length < "}, ".Length)
            {
                return null;
            }

            var chunk = new Chunk(_next);
            _chunks.Add(chunk);
            _next += length;
            return chunk;
        }
    }

    private int Fill(Span<byte> buffer)
    {
        var length = 0;
        while (length < buffer.Length && _file.Read(buffer[length..], _next + length) is > 0 and var count)
        {
            length += count;
        }

        _fingerprint = _fingerprint.With(buffer[..length], _next);
        return length;
    }

    private sealed class Chunk(long start)
    {
        private int _length;

        public List<Document> Documents { get; } = [];

        public DataCounts Counts { get; private set; } = new();

        /// <summary>The place behind the last document that was understood.</summary>
        public long End => start + _length;

        public bool IsWhole { get; private set; }

        public bool Read(ReadOnlySpan<byte> bytes, DocumentReader documents)
        {
            try
            {
                var scanner = new JsonScanner(bytes);
                while (!IsWhole)
                {
                    var document = documents.Read(bytes, ref scanner);
                    if (!scanner.TryTake((byte)','))
                    {
                        break;
                    }

                    Documents.Add(document);
                    IsWhole = scanner.AtEnd();
                    _length = scanner.Position;
                }
            }
            catch (JsonDamage)
            {
                // Whether it is damage, or a document that is not whole here, the caller finds out.
            }

            Counts = documents.TakeCounts();
            return IsWhole;
        }
    }
}

/// <summary>What <see cref="ParallelReader"/> found.</summary>
/// <param name="Documents">The documents in file order.</param>
/// <param name="Position">The place behind them.</param>
/// <param name="Fingerprint">Of the file as far as it was read, which may be further.</param>
internal sealed record ReadAhead(List<List<Document>> Documents, long Position, Fingerprint Fingerprint);
