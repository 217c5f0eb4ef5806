using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Jam.Sessions.Actors.Torture;

/// <summary>A session as the JSON file has it.</summary>
public sealed record StoredSession(string Id, string Key, long Number, int Version, string Text)
{
    /// <summary>Reads a session file with nothing of the engine: System.Text.Json, and Fernet by its specification.</summary>
    /// <exception cref="InvalidDataException">The file is not what jam's files are.</exception>
    public static List<StoredSession> ReadFile(string jsonPath, string? secret)
    {
        if (!File.Exists(jsonPath))
        {
            return [];
        }

        using var file = JsonDocument.Parse(File.ReadAllBytes(jsonPath), new JsonDocumentOptions { AllowDuplicateProperties = false });
        return file.RootElement.EnumerateObject().SelectMany(table => table.Value.EnumerateObject()).Select(document =>
        {
            var data = document.Value.GetProperty("data").GetString()!;
            return From(
                document.Value.GetProperty("session_id").GetString()!,
                document.Value.GetProperty("key").GetString()!,
                secret is null ? data : Decrypted(data, secret));
        }).ToList();
    }

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

    private static string Decrypted(string token, string secret)
    {
        if (!token.StartsWith("J$_", StringComparison.Ordinal))
        {
            throw new InvalidDataException("The file holds plain data, and encryption is on.");
        }

        var key = Convert.FromBase64String(Standard(secret));
        var bytes = Convert.FromBase64String(Standard(token[3..]));
        if (!HMACSHA256.HashData(key.AsSpan(..16), bytes.AsSpan(..^32)).AsSpan().SequenceEqual(bytes.AsSpan(^32..))
            || bytes[0] != 0x80 || BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)) <= 0)
        {
            throw new InvalidDataException("The file holds a token that was not made with this key.");
        }

        using var aes = Aes.Create();
        aes.Key = key[16..];
        return Encoding.UTF8.GetString(aes.DecryptCbc(bytes.AsSpan(25..^32), bytes.AsSpan(9, 16)));
    }

    private static string Standard(string base64Url) => base64Url.Replace('-', '+').Replace('_', '/');
}
