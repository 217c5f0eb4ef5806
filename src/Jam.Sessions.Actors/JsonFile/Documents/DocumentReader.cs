using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads documents that a <see cref="DocumentCodec"/> or jam wrote, and counts what their data turned out to be. One thread uses it.</summary>
/// <param name="ring">Null: nothing is encrypted.</param>
/// <param name="conversions">What the file may be made into.</param>
/// <param name="rules">How long sessions live, and how ids are kept; null: as in jam.</param>
/// <param name="now">UTC ticks: when the file is read.</param>
internal sealed class DocumentReader(KeyRing? ring, Conversions conversions = Conversions.None, SessionRules? rules = null, long now = 0)
{
    private const int LongestPlainData = 1 << 16;

    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _keys =
        new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly SessionRules _rules = rules ?? SessionRules.None;
    private readonly double _now = UnixTime.FromTicksUp(now);

    private byte[]? _unescaped;
    private LifetimeTerms? _terms;
    private byte[] _record = [];

    /// <summary>When the file is read, in UTC ticks.</summary>
    public long Now => now;

    /// <summary>What was met so far; tells a wrong key or the wrong mode from a few damaged documents.</summary>
    public DataCounts Counts { get; private set; } = new();

    /// <summary>What the file is made into; null where it stays what it is.</summary>
    public string? Conversion => FileFitness.ConversionOf(Counts, ring, conversions, _rules.Ids);

    /// <summary>A reader of the same kind that has read nothing, for another thread.</summary>
    public DocumentReader Fork() => new(ring, conversions, rules, now);

    /// <summary>What was met since the last time.</summary>
    public DataCounts TakeCounts()
    {
        var counts = Counts;
        Counts = new DataCounts();
        return counts;
    }

    /// <summary>Reads a member <c>name: document</c>.</summary>
    public Document Read(ReadOnlySpan<byte> bytes, ref JsonScanner scanner)
    {
        scanner.Peek();
        var start = scanner.Position;
        var name = scanner.TakeString();
        scanner.Take((byte)':');
        return Read(bytes, start, name, ref scanner);
    }

    /// <summary>Reads the member <c>name: document</c> whose name was just taken.</summary>
    public Document Read(ReadOnlySpan<byte> bytes, int memberStart, ReadOnlySpan<byte> name, ref JsonScanner scanner)
    {
        var documentId = DocumentId.Read(name);
        if (documentId == Document.NoDocumentId || scanner.Peek() != (byte)'{')
        {
            scanner.TakeValue();
            return new Document("", "", SessionData.Unreadable, 0, documentId, bytes[memberStart..scanner.Position].ToArray());
        }

        var start = scanner.Position;
        if (TryReadPlain(bytes, documentId, ref scanner) is { } plain)
        {
            return plain;
        }

        var fields = ReadFields(documentId, ref scanner);
        var raw = fields.ArePlain(_rules.Ids.AreHashed) ? null
            : RawDocument.Without(bytes[start..scanner.Position], withoutId: _rules.Ids.AreHashed && fields.Id.Length > 0, withoutExtra: fields.Extra is not null);
        return NewDocument(fields.Id, fields.Key, fields.Data, fields.CreatedAt, documentId, raw, fields.Extra);
    }

    /// <summary>Takes a field's name, decoded, and the colon behind it.</summary>
    public static ReadOnlySpan<byte> TakeName(ref JsonScanner scanner)
    {
        var name = scanner.TakeString();
        scanner.Take((byte)':');
        return name.Contains((byte)'\\') ? JsonText.DecodeUtf8(name, out _) : name;
    }

    /// <summary>Reads all members of a document.</summary>
    public DocumentFields ReadFields(long documentId, ref JsonScanner scanner)
    {
        var fields = new DocumentFields();
        scanner.Take((byte)'{');
        if (scanner.TryTake((byte)'}'))
        {
            return fields;
        }

        do
        {
            var name = TakeName(ref scanner);
            fields.Seen = DocumentMembers.Follow(fields.Seen, DocumentMembers.Of(name));
            ReadField(ref scanner, name, fields);
        }
        while (scanner.TakeCommaOr((byte)'}'));

        if (fields.DataText is { } text)
        {
            fields.Data = ReadData(text, documentId, fields.Id, fields.Key, fields.CreatedAt, fields.Extra ?? StoredExtra.None, ref fields.IsExact);
        }

        return fields;
    }

    /// <summary>Refuses what was read so far where the secret or the mode cannot be the right one.</summary>
    /// <exception cref="SessionSecretException">No token could be decrypted, or the file is not what the options say.</exception>
    public void Validate(string path)
    {
        if (FileFitness.WhyUnfit(Counts, ring, conversions, _rules.Ids) is { } reason)
        {
            throw new SessionSecretException($"{path} {reason} Nothing was written.");
        }
    }

    private void ReadField(ref JsonScanner scanner, scoped ReadOnlySpan<byte> name, DocumentFields fields)
    {
        var isText = scanner.Peek() == (byte)'"';
        switch (DocumentMembers.Of(name))
        {
            case DocumentMember.Key:
                fields.Key = isText ? ReadKey(scanner.TakeString()) : Skip(ref scanner, fields);
                break;
            case DocumentMember.SessionId:
                fields.Id = isText ? JsonText.Decode(scanner.TakeString()) : Skip(ref scanner, fields);
                break;
            case DocumentMember.Data when isText:
                fields.DataText = JsonText.DecodeUtf8(scanner.TakeString(), out var isExact);
                fields.IsExact &= isExact;
                break;
            case DocumentMember.Data:
                (fields.DataText, fields.Data) = (null, SessionData.Unreadable);
                Skip(ref scanner, fields);
                break;
            case DocumentMember.CreatedAt:
                var number = scanner.TakeValue();
                fields.IsExact &= TryReadFloat(number, out fields.CreatedAt);
                break;
            case DocumentMember.Extra:
                fields.Extra = StoredExtra.Read(scanner.TakeValue());
                fields.IsExact &= fields.Extra is not null;
                break;
            default:
                Skip(ref scanner, fields);
                break;
        }
    }

    /// <summary>A document that looks exactly as jam and this engine write them, if it is one.</summary>
    private Document? TryReadPlain(ReadOnlySpan<byte> bytes, long documentId, ref JsonScanner scanner)
    {
        var plain = new PlainScanner(bytes, scanner.Position);
        _unescaped ??= new byte[LongestPlainData];
        if (!plain.TryTakeDocument(_unescaped, out var keyText, out var id, out var dataLength, out var createdAt, out var hasMore))
        {
            return null;
        }

        var end = plain.Position;
        StoredExtra? extra = null;
        if (hasMore)
        {
            var more = new JsonScanner(bytes, plain.Position);
            extra = StoredExtra.Read(more.TakeValue());
            if (extra is null || !more.TryTake((byte)'}'))
            {
                return null;
            }

            end = more.Position;
        }

        if (id.IsEmpty && !(_rules.Ids.AreHashed && extra is { Digest: not null }))
        {
            return null;
        }

        var isExact = true;
        var (idText, key) = (Encoding.ASCII.GetString(id), ReadKey(keyText));
        var data = ReadData(_unescaped.AsSpan(0, dataLength).ToArray(), documentId, idText, key, createdAt, extra ?? StoredExtra.None, ref isExact);
        var raw = isExact ? null : RawDocument.Without(bytes[scanner.Position..end], withoutId: _rules.Ids.AreHashed, withoutExtra: extra is not null);
        scanner.Position = end;
        return NewDocument(idText, key, data, createdAt, documentId, raw, extra);
    }

    /// <summary>A session with what the file says of its life; one of which it says nothing, and which is to have an end, begins to live now.</summary>
    private Document NewDocument(string id, string key, SessionData data, double createdAt, long documentId, byte[]? raw, StoredExtra? extra)
    {
        var stored = StoredIdOf(id, extra?.Digest);
        var before = _rules.ReworkGrace is null ? null : extra?.Before;
        var isTimed = extra is { } known && !double.IsNaN(known.Seen);
        if (stored.Length == 0 || (!isTimed && !_rules.TimeAll))
        {
            return new Document(stored, key, data, createdAt, documentId, raw, before: before);
        }

        if (!isTimed)
        {
            Counts.AddBegunLifetime();
        }

        var since = extra is { } told && isTimed && (!double.IsNaN(told.Since) || UnixTime.ToDateTimeOffset(createdAt) is not null) ? told.Since : _now;
        var session = new Document(stored, key, data, createdAt, documentId, raw, TermsOf(extra?.Own, since), isTimed ? 0 : now, before);
        session.Restore(isTimed ? extra!.Value.Seen : _now, now);
        return session;
    }

    /// <summary>The id as the engine keeps it.</summary>
    private string StoredIdOf(string id, string? digest)
    {
        if (id.Length > 0)
        {
            Counts.AddPlainId();
            return _rules.Ids.Of(id);
        }

        if (digest is not null)
        {
            Counts.AddHashedId();
        }

        return _rules.Ids.AreHashed ? digest ?? "" : "";
    }

    /// <summary>Sessions that began to live at one moment share their terms.</summary>
    private LifetimeTerms TermsOf(SessionLifetime? own, double since)
    {
        if (_terms is null || !Equals(_terms.Own, own) || !_terms.Since.Equals(since))
        {
            _terms = _rules.Terms(own, since);
        }

        return _terms;
    }

    private static string Skip(ref JsonScanner scanner, DocumentFields fields)
    {
        scanner.TakeValue();
        fields.IsExact = false;
        return "";
    }

    private string ReadKey(ReadOnlySpan<byte> content)
    {
        Span<char> buffer = stackalloc char[256];
        if (content.Length > buffer.Length || content.IndexOf((byte)'\\') >= 0)
        {
            return JsonText.Decode(content);
        }

        // Sessions of one key share its string.
        var text = buffer[..Encoding.UTF8.GetChars(content, buffer)];
        if (!_keys.TryGetValue(text, out var key))
        {
            _keys[text] = key = text.ToString();
        }

        return key;
    }

    private SessionData ReadData(byte[] text, long documentId, string id, string key, double createdAt, in StoredExtra extra, ref bool isExact)
    {
        var isBound = BoundTokens.IsToken(text);
        if (!isBound && !Fernet.IsToken(text))
        {
            var isRead = ring is null || conversions.HasFlag(Conversions.PlainToEncrypted);
            Counts.AddPlain(isOutdated: ring is not null);
            isExact &= isRead;
            return isRead ? SessionData.Stored(text) : SessionData.Unreadable;
        }

        if (ring is null)
        {
            Counts.AddToken(isBound, key: -1, isOutdated: false);
            return SessionData.Stored(text);
        }

        // A token of the other kind is taken where the file is to be converted, and nowhere else.
        var isTaken = isBound == ring.IsBound || (ring.IsBound && conversions.HasFlag(Conversions.FernetToAesGcm));
        var maker = -1;
        var decrypted = isTaken ? ring.TryDecrypt(text, isBound ? RecordOf(documentId, key, createdAt, BoundTo(id, extra)) : default, out maker) : null;
        Counts.AddToken(isBound, maker, isOutdated: maker > 0 || isBound != ring.IsBound);
        if (isTaken && maker < 0 && ring.Made(text))
        {
            Counts.AddChanged();
        }

        var isReadable = decrypted is not null && Utf8.IsValid(decrypted);
        isExact &= isReadable;
        return isReadable ? SessionData.Stored(decrypted!) : SessionData.Unreadable;
    }

    /// <summary>An id that stands there as it is is the one that is served, whatever digest stands beside it: somebody may have put it there.</summary>
    private static StoredExtra BoundTo(string id, in StoredExtra extra) => id.Length > 0 ? extra with { Digest = StoredIds.DigestOf(id) } : extra;

    private ReadOnlySpan<byte> RecordOf(long documentId, string key, double createdAt, in StoredExtra extra)
    {
        var longest = RecordFrame.MaxLength(documentId, key, extra);
        if (_record.Length < longest)
        {
            _record = new byte[longest];
        }

        var length = RecordFrame.WriteHead(_record, documentId, key);
        length += RecordFrame.WriteTail(_record.AsSpan(length), createdAt, extra);
        return _record.AsSpan(..length);
    }

    /// <summary>Whether a value is a number that is written as it stands there; what is no number leaves it unknown.</summary>
    private static bool TryReadFloat(ReadOnlySpan<byte> number, out double value)
    {
        var isNumber = Utf8Parser.TryParse(number, out double read, out var length) && length == number.Length;
        value = isNumber ? read : double.NaN;
        return isNumber && number.SequenceEqual(JsonText.Float(value, stackalloc byte[JsonText.MaxFloatLength]));
    }
}
