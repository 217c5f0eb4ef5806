using System.Buffers;
using System.Text.Json;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cli.Files;

/// <summary>
/// A session as one line of JSON, with its id: what is exported, and imported again.
/// <code>
/// {"id": "…", "key": "user1", "createdAt": 1795367285.296665, "data": {"cart": []}, "lifetime": {"seen": 1795367345.0, "idle": 1200.0}}
/// </code>
/// A store with hashed ids has no ids to give: its lines have <c>"digest"</c> in the place of <c>"id"</c>.
/// </summary>
/// <remarks>Data that is no JSON object is a text, <c>"dataText"</c>. Without a time of creation that is now; without a lifetime the store's holds.</remarks>
internal static class SessionLine
{
    private const int MaxIdLength = 4096;

    /// <summary>Writes a line; false where the session cannot be written as one.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="session">The session.</param>
    /// <param name="ids">How its id is kept.</param>
    public static bool TryWrite(IBufferWriter<byte> output, Document session, StoredIds ids)
    {
        if (session.Id.Length == 0 || session.Key.Length == 0 || !session.IsReadable)
        {
            return false;
        }

        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            WriteId(json, session.Id, ids);
            json.WriteString("key", session.Key);
            if (session.CreatedAt is not null)
            {
                json.WriteNumber("createdAt", session.CreatedAtSeconds);
            }

            WriteData(json, session.Data);
            if (session.Terms is not null)
            {
                var lifetime = StoredExtra.Of(session, StoredIds.Plain, isExact: true, now: 0) with { Before = null };
                var room = new byte[lifetime.MaxLength];
                json.WritePropertyName("lifetime");
                json.WriteRawValue(room.AsSpan(0, lifetime.Write(room)), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return true;
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">Its bytes.</param>
    /// <param name="reader">Reads documents that are not encrypted.</param>
    /// <exception cref="AdminRefusal">It is none; the reason has no word of it.</exception>
    public static Document Read(ReadOnlyMemory<byte> line, DocumentReader reader)
    {
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = SessionData.MaxDepth + 1 });
            return Read(json.RootElement, reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or SessionDataException or JsonDamage)
        {
            throw new AdminRefusal(AdminRefusalKind.Damaged, e is FormatException or SessionDataException ? e.Message : "it is no JSON object of a session", e);
        }
    }

    private static Document Read(JsonElement json, DocumentReader reader)
    {
        var (id, digest, key, createdAt) = ("", "", "", UnixTime.FromDateTimeOffset(new DateTimeOffset(reader.Now, TimeSpan.Zero)));
        SessionData? data = null;
        string? lifetime = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            // Data keeps its text, even where names stand in it twice; of a session itself each is said once.
            switch (seen.Add(member.Name) ? member.Name : throw new FormatException("it has a member twice"))
            {
                case "id":
                    id = member.Value.GetString() is { Length: > 0 and <= MaxIdLength } text ? text : throw new FormatException($"its id is empty, or longer than {MaxIdLength}");
                    break;
                case "digest":
                    digest = StoredIds.ReadText(System.Text.Encoding.UTF8.GetBytes(member.Value.GetString() ?? "")) is not null ? member.Value.GetString()! : throw new FormatException("its digest is none");
                    break;
                case "key":
                    key = member.Value.GetString() is { Length: > 0 and <= SessionKeys.MaxLength } name ? name : throw new FormatException($"its key is empty, or longer than {SessionKeys.MaxLength}");
                    break;
                case "createdAt":
                    createdAt = UnixTime.ToDateTimeOffset(member.Value.GetDouble()) is not null ? member.Value.GetDouble() : throw new FormatException("its createdAt is no time in Unix seconds");
                    break;
                case "data" when data is null:
                    data = SessionData.From(member.Value);
                    break;
                case "dataText" when data is null:
                    data = SessionData.Stored(System.Text.Encoding.UTF8.GetBytes(member.Value.GetString() ?? ""));
                    break;
                case "lifetime":
                    lifetime = StoredExtra.Read(System.Text.Encoding.UTF8.GetBytes(member.Value.GetRawText())) is { Digest: null, Before: null } ? member.Value.GetRawText() : throw new FormatException("its lifetime is none");
                    break;
                default:
                    throw new FormatException("it has a member that a session does not have, or data twice");
            }
        }

        if ((id.Length == 0) == (digest.Length == 0) || key.Length == 0 || data is null)
        {
            throw new FormatException("it lacks its id, key or data, or has an id and a digest");
        }

        var document = AsDocument((id, digest), key, createdAt, data, lifetime, reader);
        return document.Id.Length > 0 ? document : throw new FormatException("it has a digest in the place of its id, and this store keeps ids as they are: hash-ids changes that");
    }

    /// <summary>What jam's file would say of it, read as that.</summary>
    private static Document AsDocument((string Id, string Digest) known, string key, double createdAt, SessionData data, string? lifetime, DocumentReader reader)
    {
        var document = new ArrayBufferWriter<byte>();
        document.Write("\"1\": {\"key\": "u8);
        JsonText.WriteString(document, key.AsSpan());
        if (known.Id.Length > 0)
        {
            document.Write(", \"session_id\": "u8);
            JsonText.WriteString(document, known.Id.AsSpan());
        }

        document.Write(", \"data\": "u8);
        document.Advance(JsonText.WriteString(document.GetSpan(JsonText.MaxStringLength(data.Length)), data.Utf8.Span));
        document.Write(", \"created_at\": "u8);
        document.Advance(JsonText.Float(createdAt, document.GetSpan(JsonText.MaxFloatLength)).Length);
        if (lifetime is not null || known.Digest.Length > 0)
        {
            document.Write(", \"jam_sessions\": "u8);
            document.Write(System.Text.Encoding.UTF8.GetBytes(
                known.Digest.Length == 0 ? lifetime! : $$"""{"id": "{{known.Digest}}"{{(lifetime is null ? "" : $", {lifetime.AsSpan().TrimStart()[1..].TrimEnd()[..^1]}")}}}"""));
        }

        document.Write("}"u8);
        var scanner = new JsonScanner(document.WrittenSpan);
        return reader.Read(document.WrittenSpan, ref scanner);
    }

    private static void WriteId(Utf8JsonWriter json, string id, StoredIds ids)
    {
        if (!ids.AreHashed)
        {
            json.WriteString("id", id);
            return;
        }

        Span<byte> digest = stackalloc byte[StoredIds.TextLength];
        json.WriteString("digest", digest[..StoredIds.WriteText(id, digest)]);
    }

    private static void WriteData(Utf8JsonWriter json, SessionData data)
    {
        try
        {
            // Checked, for a jam file holds what Python calls JSON; and on one line, with nothing around it that a reader of JSON would leave out.
            _ = SessionData.From(data.Utf8.Span);
            if (data.Utf8.Span is [(byte)'{', .., (byte)'}'] && data.Utf8.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(data.Utf8.Span, skipInputValidation: true);
                return;
            }
        }
        catch (SessionDataException)
        {
            // Kept as the text that it is.
        }

        json.WriteString("dataText", data.Utf8.Span);
    }
}
