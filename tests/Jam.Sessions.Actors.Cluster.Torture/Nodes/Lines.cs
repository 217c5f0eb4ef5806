using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>A call of one verb, as a line of JSON.</summary>
/// <param name="Id">Told again by the reply.</param>
/// <param name="Verb">One of <see cref="Verbs"/>.</param>
/// <param name="Target">A session id or a session key.</param>
/// <param name="Data">The data to write.</param>
/// <param name="Other">What an update expects; the id of the session that a clear keeps.</param>
internal sealed record Request(long Id, string Verb, string Target, string? Data = null, string? Other = null);

/// <summary>What a node answers, as a line of JSON.</summary>
/// <param name="Id">The request's; 0 for <see cref="Answer.Leaving"/>.</param>
/// <param name="Answer">What came of it.</param>
/// <param name="Value">A new session id, the data that was read, a count; the name of an exception.</param>
/// <param name="Key">The session key of a session that was read.</param>
/// <param name="Items">Data of the sessions of a key; entity ids of a node.</param>
internal sealed record Reply(long Id, Answer Answer, string? Value = null, string? Key = null, IReadOnlyList<string>? Items = null);

internal enum Answer
{
    /// <summary>It is done.</summary>
    Ok,

    /// <summary>There is no such session.</summary>
    Missing,

    /// <summary>The session holds other data than expected.</summary>
    Conflict,

    /// <summary>Nothing was changed; the value says which exception.</summary>
    Refused,

    /// <summary>It may have happened, and may yet happen.</summary>
    Unknown,

    /// <summary>An exception that no caller should see. It may have happened.</summary>
    Unexpected,

    /// <summary>The connection broke before the answer. It may have happened, and may yet happen.</summary>
    Cut,

    /// <summary>It was not sent.</summary>
    NotSent,

    /// <summary>The node stops, and wants no further calls.</summary>
    Leaving,
}

internal static class Verbs
{
    public const string Create = "create", Get = "get", Update = "update", Patch = "patch", Delete = "delete", Clear = "clear", Rework = "rework", List = "list",
        Count = "count", Owned = "owned";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(Reply))]
internal sealed partial class Lines : JsonSerializerContext
{
    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    public static Request ReadRequest(string line) => JsonSerializer.Deserialize(line, Default.Request)!;

    public static Reply ReadReply(string line) => JsonSerializer.Deserialize(line, Default.Reply)!;

    public static Task WriteAsync(Stream stream, Request request) => WriteAsync(stream, JsonSerializer.SerializeToUtf8Bytes(request, Default.Request));

    public static Task WriteAsync(Stream stream, Reply reply) => WriteAsync(stream, JsonSerializer.SerializeToUtf8Bytes(reply, Default.Reply));

    private static async Task WriteAsync(Stream stream, byte[] json)
    {
        await stream.WriteAsync(json);
        await stream.WriteAsync(s_newLine);
    }
}
