using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Reads documents that a <see cref="DocumentCodec"/> or jam wrote, and counts what their data turned out to be. One thread uses it.</summary>
/// <param name="fernet">Null: nothing is encrypted.</param>
/// <param name="allowPlainToEncrypted">Whether plain data is taken beside encrypted data.</param>
/// <param name="rules">How long sessions live; null: as in jam.</param>
/// <param name="now">UTC ticks: when the file is read.</param>
internal sealed class DocumentReader(Fernet? fernet, bool allowPlainToEncrypted = false, SessionRules? rules = null, long now = 0)
{
    private const int LongestPlainData = 1 << 16;

    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _keys =
        new Dictionary<string, string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private byte[]? _unescaped;
    private readonly SessionRules _rules = rules ?? SessionRules.None;
    private readonly double _now = UnixTime.FromTicksUp(now);

    private LifetimeTerms? _terms;

    /// <summary>When the file is read, in UTC ticks.</summary>
    public long Now => now;

    /// <summary>What was met so far; tells a wrong key or the wrong mode from a few damaged documents.</summary>
    public DataCounts Counts { get; private set; } = new();

    /// <summary>Whether plain data was read that is to be encrypted.</summary>
    public bool HasPlainToEncrypt => fernet is not null && allowPlainToEncrypted && Counts.Plain > 0;

    /// <summary>A reader of the same kind that has read nothing, for another thread.</summary>
    public DocumentReader Fork() => new(fernet, allowPlainToEncrypted, rules, now);

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

        var fields = ReadFields(ref scanner);
        var raw = fields.IsPlain ? null : bytes[start..scanner.Position].ToArray();
        return NewDocument(fields.Id, fields.Key, fields.Data, fields.CreatedAt, documentId, raw, fields.Lifetime);
    }

    /// <summary>Takes a field's name, decoded, and the colon behind it.</summary>
    public static ReadOnlySpan<byte> TakeName(ref JsonScanner scanner)
    {
        var name = scanner.TakeString();
        scanner.Take((byte)':');
        return name.Contains((byte)'\\') ? JsonText.DecodeUtf8(name, out _) : name;
    }

    /// <summary>Reads the field whose name was just taken.</summary>
    public void ReadField(ref JsonScanner scanner, scoped ReadOnlySpan<byte> name, DocumentFields fields)
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
                fields.Data = ReadData(JsonText.DecodeUtf8(scanner.TakeString(), out var isExact), ref isExact);
                fields.IsExact &= isExact;
                break;
            case DocumentMember.Data:
                fields.Data = SessionData.Unreadable;
                Skip(ref scanner, fields);
                break;
            case DocumentMember.CreatedAt:
                var number = scanner.TakeValue();
                fields.IsExact &= TryReadFloat(number, out fields.CreatedAt);
                break;
            case DocumentMember.Lifetime:
                fields.Lifetime = StoredLifetime.Read(scanner.TakeValue());
                fields.IsExact &= fields.Lifetime is not null;
                break;
            default:
                Skip(ref scanner, fields);
                break;
        }
    }

    /// <summary>Refuses what was read so far where the secret or the mode cannot be the right one.</summary>
    /// <exception cref="SessionSecretException">No token could be decrypted, or the file is encrypted and should not be, or the reverse.</exception>
    public void ValidateSecret(string path)
    {
        if (fernet is null && Counts.Tokens > 0)
        {
            throw new SessionSecretException($"{path} holds encrypted sessions; set is-session-crypt = true and session-aes-secret. Nothing was written.");
        }

        if (fernet is not null && Counts is { Tokens: 0, UnreadableTokens: > 0 })
        {
            throw new SessionSecretException($"{path} was encrypted with another key than session-aes-secret. Nothing was written.");
        }

        if (fernet is not null && !allowPlainToEncrypted && Counts is { Tokens: 0, Plain: > 0 })
        {
            throw new SessionSecretException(
                $"{path} is not encrypted, and is-session-crypt is on. Set allow-plain-to-encrypted = true to encrypt it. Nothing was written.");
        }
    }

    /// <summary>A document that looks exactly as jam and this engine write them, if it is one.</summary>
    private Document? TryReadPlain(ReadOnlySpan<byte> bytes, long documentId, ref JsonScanner scanner)
    {
        var plain = new PlainScanner(bytes, scanner.Position);
        _unescaped ??= new byte[LongestPlainData];
        if (!plain.TryTakeDocument(_unescaped, out var key, out var id, out var dataLength, out var createdAt, out var hasMore))
        {
            return null;
        }

        var end = plain.Position;
        StoredLifetime? lifetime = null;
        if (hasMore)
        {
            var more = new JsonScanner(bytes, plain.Position);
            lifetime = StoredLifetime.Read(more.TakeValue());
            if (lifetime is null || !more.TryTake((byte)'}'))
            {
                return null;
            }

            end = more.Position;
        }

        var isExact = true;
        var data = ReadData(_unescaped.AsSpan(0, dataLength).ToArray(), ref isExact);
        var raw = isExact ? null : bytes[scanner.Position..end].ToArray();
        scanner.Position = end;
        return NewDocument(Encoding.ASCII.GetString(id), ReadKey(key), data, createdAt, documentId, raw, lifetime);
    }

    /// <summary>A session with what the file says of its life; one of which it says nothing, and which is to have an end, begins to live now.</summary>
    private Document NewDocument(string id, string key, SessionData data, double createdAt, long documentId, byte[]? raw, StoredLifetime? stored)
    {
        if (id.Length == 0 || (stored is null && !_rules.TimeAll))
        {
            return new Document(id, key, data, createdAt, documentId, raw);
        }

        if (stored is null)
        {
            Counts.AddBegunLifetime();
        }

        var since = stored is { } known && (!double.IsNaN(known.Since) || UnixTime.ToDateTimeOffset(createdAt) is not null) ? known.Since : _now;
        var session = new Document(id, key, data, createdAt, documentId, raw, TermsOf(stored?.Own, since), stored is null ? now : 0);
        session.Restore(stored?.Seen ?? _now, now);
        return session;
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

    private DocumentFields ReadFields(ref JsonScanner scanner)
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

        return fields;
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

    private SessionData ReadData(byte[] text, ref bool isExact)
    {
        var isToken = Fernet.IsToken(text);
        if (fernet is null)
        {
            Counts.Add(isToken ? DataKind.Token : DataKind.Plain);
            return SessionData.Stored(text);
        }

        if (!isToken)
        {
            Counts.Add(DataKind.Plain);
            isExact = allowPlainToEncrypted;
            return allowPlainToEncrypted ? SessionData.Stored(text) : SessionData.Unreadable;
        }

        var decrypted = fernet.TryDecrypt(text);
        Counts.Add(decrypted is null ? DataKind.UnreadableToken : DataKind.Token);
        isExact = decrypted is not null && Utf8.IsValid(decrypted);
        return isExact ? SessionData.Stored(decrypted!) : SessionData.Unreadable;
    }

    /// <summary>Whether a value is a number that is written as it stands there; what is no number leaves it unknown.</summary>
    private static bool TryReadFloat(ReadOnlySpan<byte> number, out double value)
    {
        var isNumber = Utf8Parser.TryParse(number, out double read, out var length) && length == number.Length;
        value = isNumber ? read : double.NaN;
        return isNumber && number.SequenceEqual(JsonText.Float(value, stackalloc byte[JsonText.MaxFloatLength]));
    }
}
