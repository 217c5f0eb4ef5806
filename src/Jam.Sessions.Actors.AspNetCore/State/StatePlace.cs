using System.Text.Json;
using Jam.Sessions.Actors.AspNetCore.Sessions;

namespace Jam.Sessions.Actors.AspNetCore.State;

/// <summary>The session that a request's state is in, each value in a member of its own.</summary>
/// <param name="Handle">The session's name.</param>
/// <param name="Values">What it held when it was looked at.</param>
internal sealed record StatePlace(string Handle, IReadOnlyDictionary<string, byte[]> Values)
{
    /// <summary>No session yet.</summary>
    public static readonly StatePlace None = new("", new Dictionary<string, byte[]>());

    public static SessionData MembersOf(IEnumerable<KeyValuePair<string, byte[]>> values) => Members.Of(writer =>
    {
        foreach (var (name, value) in values)
        {
            writer.WriteBase64String(Members.State + name, value);
        }
    });

    /// <summary>The values in a session's data.</summary>
    public static Dictionary<string, byte[]> ValuesOf(SessionData data)
    {
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var document = Members.Parse(data);
        foreach (var member in document?.RootElement.EnumerateObject() ?? default(JsonElement.ObjectEnumerator))
        {
            if (member.Name.StartsWith(Members.State, StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.String && member.Value.TryGetBytesFromBase64(out var value))
            {
                values[member.Name[Members.State.Length..]] = value;
            }
        }

        return values;
    }
}
