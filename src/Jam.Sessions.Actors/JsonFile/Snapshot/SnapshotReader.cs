using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads a TinyDB file, <c>{"_default": {"1": {…}, …}}</c>, through one buffer: never the whole file, one document at a time.</summary>
/// <remarks>
/// Each step parses one piece from the buffer; one that runs out of bytes is repeated after a refill, so every step is a plain loop over a
/// span. Whatever stands around <c>_default</c> is kept verbatim. Of a large file <see cref="ParallelReader"/> reads what it understands; all else,
/// and with it every damage, is found here.
/// </remarks>
internal sealed class SnapshotReader
{
    private const int BufferSize = 1 << 20;
    private const int ChunkSize = 1 << 19;

    private readonly string _path;
    private readonly IDiskFile _file;
    private readonly DocumentReader _reader;
    private readonly int _chunkSize;
    private readonly long _length;
    private readonly bool _allowForeign;
    private readonly List<Document> _documents = [];
    private byte[] _buffer;
    private int _next;
    private int _end;
    private long _read;
    private long _readAheadFrom;
    private Fingerprint _fingerprint = Fingerprint.Empty;
    private Dictionary<long, int>? _places;
    private long _highestId = long.MinValue;
    private int _replaced;

    private SnapshotReader(string path, IDiskFile file, DocumentReader reader, int chunkSize, bool allowForeign)
    {
        _allowForeign = allowForeign;
        _path = path;
        _file = file;
        _reader = reader;
        _chunkSize = chunkSize;
        _length = file.Length;
        _buffer = new byte[Math.Clamp(_length + 1, 1 << 12, BufferSize)];
    }

    private delegate T Step<out T>(ref JsonScanner scanner);

    /// <summary>Reads the file; one that is missing, has no bytes or holds <c>null</c> is an empty store, as for jam.</summary>
    /// <param name="disk">Where the file is.</param>
    /// <param name="path">Its path.</param>
    /// <param name="reader">Reads documents.</param>
    /// <param name="chunkSize">How many bytes a thread takes at a time; of a smaller file one thread reads all.</param>
    /// <param name="allowForeign">Whether to take JSON that holds no table of TinyDB, and add one.</param>
    /// <exception cref="SessionStoreCorruptException">Not a TinyDB file.</exception>
    /// <exception cref="SessionStoreException">JSON of another kind.</exception>
    public static Snapshot Read(IDisk disk, string path, DocumentReader reader, int chunkSize = ChunkSize, bool allowForeign = false)
    {
        using var file = disk.OpenRead(path);
        return file is null || file.Length == 0 ? Snapshot.Empty : new SnapshotReader(path, file, reader, chunkSize, allowForeign).Read();
    }

    private Snapshot Read()
    {
        ValidateEncoding();
        var isObject = Take(TakeOpening);
        if (!isObject)
        {
            return Finish(Snapshot.StandardHead, Snapshot.StandardTail);
        }

        var around = new MemoryStream();
        byte[]? head = null;
        string? foreign = null;
        around.Write("{"u8);
        var goesOn = !Take(static (ref JsonScanner scanner) => scanner.TryTake((byte)'}'));
        var isEmpty = !goesOn;
        while (goesOn)
        {
            if (Copy(around, TakeName))
            {
                head = head is null ? around.ToArray() : throw Corrupt(Position, "it has two tables named _default");
                around.SetLength(0);
                TakeDocuments();
            }
            else if (!Copy(around, static (ref JsonScanner scanner) => TinyDbTable.IsOne(scanner.TakeValue())))
            {
                foreign ??= $"{Position}";
            }

            goesOn = Copy(around, static (ref JsonScanner scanner) => scanner.TakeCommaOr((byte)'}'));
        }

        if (head is null && foreign is not null && !_allowForeign)
        {
            throw new SessionStoreException(
                _path,
                $"{_path} holds JSON that is not a session file: what ends at byte {foreign} is no table of documents, and there is no table _default. Nothing was written. "
                + "Name another file; or, to add sessions to this one, set allow-foreign-file = on.");
        }

        return head is not null
            ? Finish(head, around.ToArray())
            : Finish([.. around.ToArray().AsSpan(..(isEmpty ? 1 : ^1)), .. isEmpty ? "\"_default\": "u8 : ", \"_default\": "u8], Snapshot.StandardTail);
    }

    /// <summary>jam writes ASCII. What an editor may have made of it is named, for at its beginning nothing of it can be seen.</summary>
    private void ValidateEncoding()
    {
        while (_end < 3 && Refill())
        {
        }

        ReadOnlySpan<byte> start = _buffer.AsSpan(0, _end);
        var finding = start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? "it begins with a byte order mark (EF BB BF); save it as UTF-8 without one"
            : start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || (start.Length > 1 && (start[0] == 0) != (start[1] == 0))
                ? "it is UTF-16; save it as UTF-8 without a byte order mark"
            : null;
        if (finding is not null)
        {
            throw Corrupt(0, finding);
        }
    }

    private long Position => _read - _end + _next;

    private static bool TakeOpening(ref JsonScanner scanner)
    {
        if (scanner.Peek() == (byte)'n' && scanner.TakeValue().Length > 0)
        {
            return false;
        }

        scanner.Take((byte)'{');
        return true;
    }

    /// <summary>Takes a member's name; true where it is <c>_default</c>.</summary>
    private static bool TakeName(ref JsonScanner scanner)
    {
        var name = scanner.TakeString();
        scanner.Take((byte)':');
        scanner.Peek();
        return JsonText.Decode(name) == "_default";
    }

    private void TakeDocuments()
    {
        var isEmpty = Take(static (ref JsonScanner scanner) =>
        {
            scanner.Take((byte)'{');
            return scanner.TryTake((byte)'}');
        });
        while (!isEmpty)
        {
            ReadAhead();
            Add(Take(TakeDocument));
            isEmpty = !Take(static (ref JsonScanner scanner) => scanner.TakeCommaOr((byte)'}'));
        }
    }

    private Document TakeDocument(ref JsonScanner scanner) => _reader.Read(_buffer.AsSpan(0, _end), ref scanner);

    /// <summary>Takes what several threads can read from here, which is nearly all of a large file.</summary>
    private void ReadAhead()
    {
        if (Position < _readAheadFrom || Position + _chunkSize > _length)
        {
            return;
        }

        var ahead = ParallelReader.Read(_file, Position, _fingerprint, _chunkSize, _reader);
        _documents.EnsureCapacity(_documents.Count + ahead.Documents.Sum(documents => documents.Count));
        ahead.Documents.ForEach(documents => documents.ForEach(Add));
        (_next, _end, _read, _fingerprint) = (0, 0, ahead.Position, ahead.Fingerprint);
        _readAheadFrom = Position + _chunkSize;
    }

    /// <summary>Of documents with the same id the last one counts, in the place of the first: what a Python dict does.</summary>
    private void Add(Document document)
    {
        if (document.DocumentId is Document.NoDocumentId || document.DocumentId > _highestId)
        {
            _highestId = Math.Max(_highestId, document.DocumentId);
            _places?.TryAdd(document.DocumentId, _documents.Count);
            _documents.Add(document);
            return;
        }

        _places ??= PlacesById();
        if (!_places.TryAdd(document.DocumentId, _documents.Count))
        {
            _documents[_places[document.DocumentId]] = document;
            _replaced++;
            return;
        }

        _documents.Add(document);
    }

    private Dictionary<long, int> PlacesById()
    {
        var places = new Dictionary<long, int>();
        for (var i = 0; i < _documents.Count; i++)
        {
            places.TryAdd(_documents[i].DocumentId, i);
        }

        return places;
    }

    private Snapshot Finish(byte[] head, byte[] tail)
    {
        while (Refill() || _next < _end)
        {
            var scanner = new JsonScanner(_buffer.AsSpan(0, _end), _next);
            var isAtEnd = scanner.AtEnd();
            _next = scanner.Position;
            if (!isAtEnd)
            {
                throw Corrupt(Position, "something follows the end of the JSON");
            }
        }

        return new Snapshot(head, _documents, tail, _fingerprint, _replaced);
    }

    private T Copy<T>(MemoryStream output, Step<T> step)
    {
        var result = Take(step, out var from);
        output.Write(_buffer.AsSpan(from, _next - from));
        return result;
    }

    private T Take<T>(Step<T> step) => Take(step, out _);

    private T Take<T>(Step<T> step, out int from)
    {
        while (true)
        {
            var scanner = new JsonScanner(_buffer.AsSpan(0, _end), _next);
            try
            {
                var result = step(ref scanner);
                from = _next;
                _next = scanner.Position;
                return result;
            }
            catch (JsonDamage damage)
            {
                var offset = _read - _end + damage.Offset;
                if (!damage.AtEnd || !Refill())
                {
                    throw Corrupt(offset, damage.Message);
                }
            }
        }
    }

    /// <summary>Reads on behind what is not yet taken; false at the end of the file.</summary>
    private bool Refill()
    {
        _buffer.AsSpan(_next, _end - _next).CopyTo(_buffer);
        (_next, _end) = (0, _end - _next);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        }

        var count = _file.Read(_buffer.AsSpan(_end), _read);
        _fingerprint = _fingerprint.With(_buffer.AsSpan(_end, count), _read);
        _read += count;
        _end += count;
        return count > 0;
    }

    private SessionStoreCorruptException Corrupt(long offset, string finding) => new(
        _path, offset, $"not the JSON that jam writes; {finding}", "Restore the file from a backup, or move it away to begin with an empty store.");
}
