using System.Buffers;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>
/// A session as a document of jam's file, and back:
/// <c>"1": {"key": "user1", "session_id": "…", "data": "{\"cart\": 3}", "created_at": 1795367285.296665}</c>.
/// </summary>
/// <remarks>
/// With encryption, data is a token made of the JSON text; with hashed ids there is no <c>session_id</c>. Whatever the members that it knows
/// (<see cref="DocumentMember"/>) cannot say keeps its bytes in <see cref="Document.Raw"/>. Any number of threads may write with one codec; each reads with
/// a reader of its own.
/// </remarks>
/// <param name="ring">Null: nothing is encrypted.</param>
/// <param name="conversions">What a file may be made into when it is read.</param>
/// <param name="rules">How long sessions live, and how ids are kept; null: as in jam.</param>
/// <param name="clock">Says when a file is read and written; null: nobody asks.</param>
internal sealed class DocumentCodec(KeyRing? ring, Conversions conversions = Conversions.None, SessionRules? rules = null, WallClock? clock = null)
{
    // The names of id and data, and what stands between them.
    private const int MaxNamesLength = 64;

    private readonly SessionRules _rules = rules ?? SessionRules.None;
    private volatile bool _hasInexactTimes;

    /// <summary>Whether a time was written at which a session was not seen, but may be until then (<see cref="StoredExtra"/>).</summary>
    public bool HasInexactTimes
    {
        get => _hasInexactTimes;
        set => _hasInexactTimes = value;
    }

    /// <summary>Whether data is encrypted.</summary>
    public bool IsEncrypted => ring is not null;

    /// <summary>A reader of such documents that has read nothing yet.</summary>
    public DocumentReader NewReader() => new(ring, conversions, rules, Now);

    private long Now => clock?.Now() ?? DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Writes the member <c>"1": {…}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="session">The document.</param>
    /// <param name="isExact">See <see cref="StoredExtra.Of"/>.</param>
    public void Write(IBufferWriter<byte> output, Document session, bool isExact = false)
    {
        if (session.IsOpaque)
        {
            output.Write(session.Raw);
            return;
        }

        var extra = ExtraOf(session, isExact);
        if (session.Raw is null)
        {
            WritePlain(output, session, extra);
        }
        else
        {
            WriteRaw(output, session, session.Raw, extra);
        }
    }

    /// <summary>Writes the member <c>"1": null</c>, which in a journal says that the document is gone.</summary>
    public void WriteRemoval(IBufferWriter<byte> output, Document session)
    {
        WriteName(output, session);
        output.Write("null"u8);
    }

    private StoredExtra ExtraOf(Document session, bool isExact)
    {
        if (session.Terms is not null && !isExact && !_hasInexactTimes)
        {
            _hasInexactTimes = true;
        }

        return session.Terms is null && session.Before is null && !_rules.Ids.AreHashed ? StoredExtra.None : StoredExtra.Of(session, _rules.Ids, isExact, Now);
    }

    private void WritePlain(IBufferWriter<byte> output, Document session, in StoredExtra extra)
    {
        var data = session.Data.Utf8.Span;
        var frameLength = RecordFrame.MaxLength(session.DocumentId, session.Key, extra);
        var room = output.GetSpan(checked(frameLength + MaxNamesLength + JsonText.MaxStringLength(session.Id.Length) + MaxDataLength(data)));
        var length = RecordFrame.WriteHead(room, session.DocumentId, session.Key);
        var headLength = length;
        if (!_rules.Ids.AreHashed)
        {
            length += Copy(", \"session_id\": "u8, room[length..]);
            length += JsonText.WriteString(room[length..], session.Id.AsSpan());
        }

        length += Copy(", \"data\": "u8, room[length..]);
        if (ring is null)
        {
            length += JsonText.WriteString(room[length..], data);
            length += RecordFrame.WriteTail(room[length..], session.CreatedAtSeconds, extra);
        }
        else
        {
            // Behind the token's place comes what it is bound to.
            var token = room.Slice(length, ring.TokenLength(data.Length) + 2);
            length += token.Length;
            var tailLength = RecordFrame.WriteTail(room[length..], session.CreatedAtSeconds, extra);
            WriteToken(token, data, room[..headLength], room.Slice(length, tailLength));
            length += tailLength;
        }

        room[length++] = (byte)'}';
        output.Advance(length);
    }

    private int MaxDataLength(ReadOnlySpan<byte> data) => ring is null ? JsonText.MaxStringLength(data.Length) : ring.TokenLength(data.Length) + 2;

    private void WriteToken(Span<byte> quoted, ReadOnlySpan<byte> data, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        quoted[0] = quoted[^1] = (byte)'"';
        if (!ring!.IsBound)
        {
            ring.Encrypt(data, record: default, quoted[1..^1]);
            return;
        }

        var record = ArrayPool<byte>.Shared.Rent(head.Length + tail.Length);
        head.CopyTo(record);
        tail.CopyTo(record.AsSpan(head.Length));
        ring.Encrypt(data, record.AsSpan(..(head.Length + tail.Length)), quoted[1..^1]);
        ArrayPool<byte>.Shared.Return(record);
    }

    /// <summary>Copies the document as it was read, less what goes beyond jam, which is put at its end; only an id or data that is to be another is written anew, in its place.</summary>
    private void WriteRaw(IBufferWriter<byte> output, Document session, ReadOnlySpan<byte> raw, in StoredExtra extra)
    {
        var frame = new byte[RecordFrame.MaxLength(session.DocumentId, session.Key, extra)].AsSpan();
        var head = frame[..RecordFrame.WriteHead(frame, session.DocumentId, session.Key)];
        var tail = frame[head.Length..];
        var createdAtLength = RecordFrame.WriteCreatedAt(tail, session.CreatedAtSeconds);
        var beyondJam = tail.Slice(createdAtLength, RecordFrame.WriteExtra(tail[createdAtLength..], extra));
        tail = tail[..(createdAtLength + beyondJam.Length)];
        if (!beyondJam.IsEmpty)
        {
            // Under that name only somebody else's can still be in it, and a document has each name once.
            raw = RawDocument.Without(raw, withoutId: false, withoutExtra: true);
        }

        var before = NewReader();
        var whole = new JsonScanner(raw);
        var fields = before.ReadFields(session.DocumentId, ref whole);
        var changesData = session.IsReadable && (ring is { IsBound: true } || before.Counts.Outdated > 0 || !fields.Data.Equals(session.Data));

        WriteName(output, session);
        var scanner = new JsonScanner(raw);
        var (copied, hasData) = (0, false);
        scanner.Take((byte)'{');
        var isEmpty = scanner.TryTake((byte)'}');
        for (var goesOn = !isEmpty; goesOn; goesOn = scanner.TakeCommaOr((byte)'}'))
        {
            var member = DocumentMembers.Of(DocumentReader.TakeName(ref scanner));
            scanner.Peek();
            var start = scanner.Position;
            scanner.TakeValue();
            hasData |= member == DocumentMember.Data;
            var changesId = member == DocumentMember.SessionId && !_rules.Ids.AreHashed && fields.Id != session.Id;
            if (changesId || (member == DocumentMember.Data && changesData))
            {
                output.Write(raw[copied..start]);
                copied = scanner.Position;
                if (changesId)
                {
                    JsonText.WriteString(output, session.Id.AsSpan());
                }
                else
                {
                    WriteData(output, session.Data, head, tail);
                }
            }
        }

        output.Write(raw[copied..^1]);
        if (!hasData && session.IsReadable)
        {
            output.Write(isEmpty ? "\"data\": "u8 : ", \"data\": "u8);
            WriteData(output, session.Data, head, tail);
            isEmpty = false;
        }

        // It begins with a comma.
        output.Write(isEmpty && !beyondJam.IsEmpty ? beyondJam[2..] : beyondJam);
        output.Write("}"u8);
    }

    private void WriteData(IBufferWriter<byte> output, SessionData data, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        if (ring is null)
        {
            JsonText.WriteString(output, data.Utf8.Span);
            return;
        }

        var length = ring.TokenLength(data.Length) + 2;
        WriteToken(output.GetSpan(length)[..length], data.Utf8.Span, head, tail);
        output.Advance(length);
    }

    private static void WriteName(IBufferWriter<byte> output, Document session) =>
        output.Advance(RecordFrame.WriteName(output.GetSpan(RecordFrame.MaxLength(session.DocumentId, "", StoredExtra.None)), session.DocumentId));

    private static int Copy(ReadOnlySpan<byte> text, Span<byte> room)
    {
        text.CopyTo(room);
        return text.Length;
    }
}
