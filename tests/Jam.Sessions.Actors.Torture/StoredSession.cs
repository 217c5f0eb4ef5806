using System.Text.Json;

namespace Jam.Sessions.Actors.Torture;

/// <summary>A session as the JSON file has it; where ids are hashed, its id is the digest.</summary>
public sealed record StoredSession(string Id, string Key, long Number, int Version, string Text)
{
    /// <summary>Reads a session file with nothing of the engine: System.Text.Json, and tokens by their specification.</summary>
    /// <param name="jsonPath">The file.</param>
    /// <param name="mode">How it keeps secrets.</param>
    /// <param name="keys">Those that it may be written with.</param>
    /// <exception cref="InvalidDataException">The file is not what files of this mode are.</exception>
    public static List<StoredSession> ReadFile(string jsonPath, SecretMode mode, IReadOnlyList<string> keys)
    {
        if (!File.Exists(jsonPath))
        {
            return [];
        }

        using var file = JsonDocument.Parse(File.ReadAllBytes(jsonPath), new JsonDocumentOptions { AllowDuplicateProperties = false });
        return file.RootElement.EnumerateObject().SelectMany(table => table.Value.EnumerateObject())
            .Select(document => From(IdOf(document.Value, mode), document.Value.GetProperty("key").GetString()!, DataOf(document, mode, keys))).ToList();
    }

    private static string IdOf(JsonElement document, SecretMode mode)
    {
        if (mode.AreIdsHashed && document.TryGetProperty("session_id", out _))
        {
            throw new InvalidDataException("The file holds a session id, and ids are hashed.");
        }

        return (mode.AreIdsHashed ? document.GetProperty("jam_sessions").GetProperty("id") : document.GetProperty("session_id")).GetString()!;
    }

    private static string DataOf(JsonProperty document, SecretMode mode, IReadOnlyList<string> keys)
    {
        var data = document.Value.GetProperty("data").GetString()!;
        return mode.Encryption switch
        {
            SessionEncryption.Fernet => StoredTokens.Fernet(data, keys),
            SessionEncryption.AesGcm => StoredTokens.AesGcm(data, RecordOf(document), keys),
            _ => data,
        };
    }

    /// <summary>The document as it stands there, without its data: <c>"1": {"key": "user1", "created_at": 1.5, "jam_sessions": {…}</c>.</summary>
    private static string RecordOf(JsonProperty document) => $"\"{document.Name}\": {{" + string.Join(
        ", ", document.Value.EnumerateObject().Where(member => member.Name != "data").Select(member => $"\"{member.Name}\": {member.Value.GetRawText()}"));

    private static StoredSession From(string id, string key, string text)
    {
        try
        {
            using var data = JsonDocument.Parse(text);
            return new StoredSession(id, key, data.RootElement.GetProperty("number").GetInt64(), data.RootElement.GetProperty("version").GetInt32(), text);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new StoredSession(id, key, -1, -1, text);
        }
    }
}
