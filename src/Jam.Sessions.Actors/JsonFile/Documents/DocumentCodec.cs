using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// A session as a document of jam's file, and back:
/// <c>"1": {"key": "user1", "session_id": "…", "data": "{\"cart\": 3}", "created_at": 1795367285.296665}</c>.
/// </summary>
/// <remarks>
/// With encryption, data is a token made of the JSON text. Whatever the members that it knows (<see cref="DocumentMember"/>) cannot say keeps its bytes in <see cref="Document.Raw"/>.
/// Any number of threads may write with one codec; each reads with a reader of its own.
/// </remarks>
/// <param name="fernet">Null: nothing is encrypted.</param>
/// <param name="allowPlainToEncrypted">Whether plain data is taken beside encrypted data.</param>
/// <param name="rules">How long sessions live; null: as in jam.</param>
/// <param name="clock">Says when a file is read; null: nobody asks.</param>
internal sealed class DocumentCodec(Fernet? fernet, bool allowPlainToEncrypted = false, SessionRules? rules = null, WallClock? clock = null)
{
    // The document id, the names of the fields and the time of creation.
    private const int MaxFrameLength = 128;

    private volatile bool _hasInexactTimes;

    /// <summary>Whether a time was written at which a session was not seen, but may be until then (<see cref="StoredLifetime"/>).</summary>
    public bool HasInexactTimes
    {
        get => _hasInexactTimes;
        set => _hasInexactTimes = value;
    }

    /// <summary>A reader of such documents that has read nothing yet.</summary>
    public DocumentReader NewReader() => new(fernet, allowPlainToEncrypted, rules, clock?.Now() ?? DateTimeOffset.UnixEpoch.Ticks);

    /// <summary>Writes the member <c>"1": {…}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="session">The document.</param>
    /// <param name="isExact">See <see cref="StoredLifetime.Write"/>.</param>
    public void Write(IBufferWriter<byte> output, Document session, bool isExact = false)
    {
        if (session.IsOpaque)
        {
            output.Write(session.Raw);
            return;
        }

        if (session.Raw is null)
        {
            WritePlain(output, session, isExact);
            return;
        }

        WriteName(output, session);
        WriteRaw(output, session, session.Raw, isExact);
    }

    /// <summary>Writes the member <c>"1": null</c>, which in a journal says that the document is gone.</summary>
    public void WriteRemoval(IBufferWriter<byte> output, Document session)
    {
        WriteName(output, session);
        output.Write("null"u8);
    }

    private void WritePlain(IBufferWriter<byte> output, Document session, bool isExact)
    {
        var data = session.Data.Utf8.Span;
        var room = output.GetSpan(checked(
            FrameLength(session) + JsonText.MaxStringLength(session.Key.Length) + JsonText.MaxStringLength(session.Id.Length) + MaxDataLength(data)));
        var length = WriteName(room, session);
        length += Copy("{\"key\": "u8, room[length..]);
        length += JsonText.WriteString(room[length..], session.Key.AsSpan());
        length += Copy(", \"session_id\": "u8, room[length..]);
        length += JsonText.WriteString(room[length..], session.Id.AsSpan());
        length += Copy(", \"data\": "u8, room[length..]);
        length += WriteData(room[length..], data);
        length += Copy(", \"created_at\": "u8, room[length..]);
        length += JsonText.Float(session.CreatedAtSeconds, room[length..]).Length;
        if (session.Terms is not null)
        {
            length += Copy(", \"jam_sessions\": "u8, room[length..]);
            length += WriteLifetime(room[length..], session, isExact);
        }

        room[length++] = (byte)'}';
        output.Advance(length);
    }

    private int WriteLifetime(Span<byte> room, Document session, bool isExact)
    {
        if (!isExact && !_hasInexactTimes)
        {
            _hasInexactTimes = true;
        }

        return StoredLifetime.Write(room, session, isExact);
    }

    private void WriteData(IBufferWriter<byte> output, SessionData data) =>
        output.Advance(WriteData(output.GetSpan(MaxDataLength(data.Utf8.Span)), data.Utf8.Span));

    private int MaxDataLength(ReadOnlySpan<byte> data) =>
        fernet is null ? JsonText.MaxStringLength(data.Length) : Fernet.TokenLength(data.Length) + 2;

    private int WriteData(Span<byte> room, ReadOnlySpan<byte> data)
    {
        if (fernet is null)
        {
            return JsonText.WriteString(room, data);
        }

        var length = Fernet.TokenLength(data.Length);
        room[0] = (byte)'"';
        fernet.Encrypt(data, room.Slice(1, length));
        room[length + 1] = (byte)'"';
        return length + 2;
    }

    /// <summary>Copies the document as it was read; only an id or data that has changed since is written anew, in its place.</summary>
    private void WriteRaw(IBufferWriter<byte> output, Document session, ReadOnlySpan<byte> raw, bool isExact)
    {
        var before = NewReader();
        var scanner = new JsonScanner(raw);
        var copied = 0;
        var (hasData, hasLifetime) = (false, session.Terms is null);
        scanner.Take((byte)'{');
        var isEmpty = scanner.TryTake((byte)'}');
        while (!isEmpty)
        {
            var name = DocumentReader.TakeName(ref scanner);
            scanner.Peek();
            var start = scanner.Position;
            var fields = new DocumentFields();
            before.ReadField(ref scanner, name, fields);
            var member = DocumentMembers.Of(name);
            var isData = member == DocumentMember.Data;
            hasData |= isData;
            var changedId = member == DocumentMember.SessionId && fields.Id != session.Id;
            var changedData = isData && !(fields.Data.Equals(session.Data) && !IsPlainWhereTokensAre(before, session));
            var isLifetime = member == DocumentMember.Lifetime && session.Terms is not null;
            hasLifetime |= isLifetime;
            if (changedId || changedData || isLifetime)
            {
                output.Write(raw[copied..start]);
                copied = scanner.Position;
                if (changedId)
                {
                    JsonText.WriteString(output, session.Id.AsSpan());
                }
                else if (isLifetime)
                {
                    output.Advance(WriteLifetime(output.GetSpan(StoredLifetime.MaxLength), session, isExact));
                }
                else
                {
                    WriteData(output, session.Data);
                }
            }

            if (!scanner.TakeCommaOr((byte)'}'))
            {
                break;
            }
        }

        output.Write(raw[copied..^1]);
        if (!hasData && !ReferenceEquals(session.Data, SessionData.Unreadable))
        {
            output.Write(isEmpty ? "\"data\": "u8 : ", \"data\": "u8);
            WriteData(output, session.Data);
        }

        // A session has an id, so it is not empty.
        if (!hasLifetime)
        {
            output.Write(", \"jam_sessions\": "u8);
            output.Advance(WriteLifetime(output.GetSpan(StoredLifetime.MaxLength), session, isExact));
        }

        output.Write("}"u8);
    }

    private bool IsPlainWhereTokensAre(DocumentReader reader, Document session) =>
        fernet is not null && reader.Counts.Plain > 0 && !ReferenceEquals(session.Data, SessionData.Unreadable);

    private static int FrameLength(Document session) =>
        (session.Terms is null ? 0 : StoredLifetime.MaxLength) + (LargeDocumentIds.IsLarge(session.DocumentId) ? MaxFrameLength + LargeDocumentIds.MaxDigits : MaxFrameLength);

    private static void WriteName(IBufferWriter<byte> output, Document session) => output.Advance(WriteName(output.GetSpan(FrameLength(session)), session));

    private static int WriteName(Span<byte> room, Document session)
    {
        room[0] = (byte)'"';
        var length = LargeDocumentIds.IsLarge(session.DocumentId)
            ? Encoding.ASCII.GetBytes(LargeDocumentIds.TextOf(session.DocumentId), room[1..])
            : Utf8Formatter.TryFormat(session.DocumentId, room[1..], out var written) ? written : 0;
        return 1 + length + Copy("\": "u8, room[(1 + length)..]);
    }

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> room)
    {
        text.CopyTo(room);
        return text.Length;
    }
}
