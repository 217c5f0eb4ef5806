using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>The members of a session's data that are this package's, beside those of the application.</summary>
/// <remarks><code>
/// { "jam:ticket": "CAAA…", "jam:state:cart": "AQID", "jam.device": {"agent": "Mozilla/5.0 …"}, "jam.upstream": {"issuer": "https://…", "sid": "…"}, "cart": [1, 2] }
/// </code>
/// Lists and events leave out what begins with <see cref="HiddenMembers.Prefix"/>.</remarks>
internal static class Members
{
    public const string Ticket = HiddenMembers.Prefix + "ticket";
    public const string State = HiddenMembers.Prefix + "state:";
    public const string Device = "jam.device";
    public const string Upstream = "jam.upstream";

    private static readonly JsonDocumentOptions s_documents = new() { MaxDepth = SessionData.MaxDepth };
    private static readonly JsonWriterOptions s_writer = new() { MaxDepth = SessionData.MaxDepth, SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static bool IsReserved(string name) => name.StartsWith(HiddenMembers.Prefix, StringComparison.Ordinal) || name is Device or Upstream;

    /// <summary>The data as a document to be disposed of; null where it is no standard JSON object, as another program may have left it.</summary>
    public static JsonDocument? Parse(SessionData data)
    {
        try
        {
            var document = JsonDocument.Parse(data.Utf8, s_documents);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
        }

        return null;
    }

    /// <summary>The bytes that a member holds as base64; null where there is none.</summary>
    public static byte[]? BytesOf(SessionData data, string name)
    {
        using var document = Parse(data);
        return document is not null && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.TryGetBytesFromBase64(out var bytes) ? bytes : null;
    }

    /// <summary>What a text member of an object member says; null where there is none.</summary>
    public static string? TextOf(JsonDocument? data, string name, string inner) =>
        data is not null && data.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
        && value.TryGetProperty(inner, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    /// <summary>A new object.</summary>
    public static SessionData Of(Action<Utf8JsonWriter> write) => From(writer => write(writer));

    /// <summary>The members of the first whose names pass, with the second's over them.</summary>
    public static SessionData Merged(SessionData data, SessionData over, Func<string, bool> stays)
    {
        using var below = Parse(data);
        using var above = Parse(over);
        return From(writer =>
        {
            foreach (var member in below?.RootElement.EnumerateObject() ?? default)
            {
                if (stays(member.Name) && !above!.RootElement.TryGetProperty(member.Name, out _))
                {
                    member.WriteTo(writer);
                }
            }

            foreach (var member in above!.RootElement.EnumerateObject())
            {
                member.WriteTo(writer);
            }
        });
    }

    /// <summary>What is the application's.</summary>
    public static SessionData OfApplication(SessionData data) => Merged(data, SessionData.Empty, static name => !IsReserved(name));

    /// <exception cref="ArgumentException">A name is reserved.</exception>
    public static void RefuseReserved(SessionData? set, IEnumerable<string>? remove = null)
    {
        using var document = set is null ? null : Parse(set);
        if ((document?.RootElement.EnumerateObject().Select(member => member.Name) ?? []).Concat(remove ?? []).FirstOrDefault(IsReserved) is { } name)
        {
            throw new ArgumentException($"The member {name} is reserved: names that begin with {HiddenMembers.Prefix}, {Device} and {Upstream} hold what signs the user in.", nameof(set));
        }
    }

    private static SessionData From(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(text, s_writer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return SessionData.From(text.WrittenSpan);
    }
}
