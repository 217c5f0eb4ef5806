using System.Text.Json;

namespace Jam.Sessions.Actors;

/// <summary>Members of a JSON object to set and to remove.</summary>
internal sealed class DataPatch
{
    // The whole member as the given data has it, name and value; null where it is to be removed.
    private readonly Dictionary<string, byte[]?> _changes = new(StringComparer.Ordinal);

    private DataPatch() { }

    /// <exception cref="ArgumentException">A name is null, or is set and removed.</exception>
    public static DataPatch Of(SessionData set, IReadOnlyList<string> remove)
    {
        var patch = new DataPatch();
        foreach (var (name, member) in MembersOf(set.Utf8.Span, "The members to set have a name that is no well-formed text."))
        {
            patch._changes[name] = set.Utf8.Span[member].ToArray();
        }

        foreach (var name in remove)
        {
            ArgumentNullException.ThrowIfNull(name, nameof(remove));
            if (patch._changes.TryGetValue(name, out var member) && member is not null)
            {
                throw new ArgumentException("A member cannot be set and removed in one patch.", nameof(remove));
            }

            patch._changes[name] = null;
        }

        return patch;
    }

    /// <summary>The data with the changes made: a member that is set keeps its place, new ones come last.</summary>
    /// <exception cref="SessionDataException">The data is no standard JSON object.</exception>
    public SessionData ApplyTo(SessionData data)
    {
        var text = data.Utf8.Span;
        var done = new HashSet<string>(StringComparer.Ordinal);
        var members = MembersOf(text, "The session's data is not a standard JSON object, so no member of it can be changed; replace all of it by an update.");
        var between = members.Count > 1 ? text[members[0].At.End..members[1].At.Start] : ","u8;
        var result = new MemoryStream(text.Length + 64);
        result.Write("{"u8);
        foreach (var (name, at) in members)
        {
            if (!_changes.TryGetValue(name, out var changed))
            {
                Append(result, between, text[at]);
            }
            else if (changed is not null && done.Add(name))
            {
                Append(result, between, changed);
            }
        }

        foreach (var (name, added) in _changes)
        {
            if (added is not null && done.Add(name))
            {
                Append(result, between, added);
            }
        }

        result.Write("}"u8);
        return SessionData.Stored(result.ToArray());
    }

    /// <summary>The names of all members.</summary>
    /// <exception cref="SessionDataException">The data is no standard JSON object.</exception>
    public static IEnumerable<string> NamesOf(SessionData data) =>
        MembersOf(data.Utf8.Span, "The session's data is not a standard JSON object.").Select(static member => member.Name);

    private static void Append(MemoryStream result, ReadOnlySpan<byte> between, ReadOnlySpan<byte> member)
    {
        if (result.Length > 1)
        {
            result.Write(between);
        }

        result.Write(member);
    }

    private static List<(string Name, Range At)> MembersOf(ReadOnlySpan<byte> text, string otherwise)
    {
        var members = new List<(string, Range)>();
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = SessionData.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new SessionDataException(otherwise);
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (name, start) = (reader.GetString()!, (int)reader.TokenStartIndex);
                reader.Read();
                reader.Skip();
                members.Add((name, start..(int)reader.BytesConsumed));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SessionDataException(otherwise);
        }

        return members;
    }
}
