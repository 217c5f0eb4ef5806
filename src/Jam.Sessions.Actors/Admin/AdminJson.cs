using System.Buffers;
using System.Text.Json;

namespace Jam.Sessions.Actors.Admin;

/// <summary>JSON objects as bytes. What is no ASCII is escaped, so no text of a session gets through to a terminal as it is.</summary>
internal static class AdminJson
{
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
