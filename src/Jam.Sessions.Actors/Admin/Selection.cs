using System.Text.Json;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>Which sessions an operator means: those that meet all that is said.</summary>
/// <remarks>What a session does not say of itself, as when it was last seen where no lifetime asks for that, is never met.</remarks>
internal sealed class Selection
{
    /// <summary>Whose; null: anybody's.</summary>
    public string? Key { get; init; }

    /// <summary>Named so; null: however named.</summary>
    public string? Handle { get; init; }

    /// <summary>Created before that; null: whenever.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Not used for so long; null: whenever used.</summary>
    public TimeSpan? UnseenFor { get; init; }

    /// <summary>All of them, said aloud: a selection that says nothing selects nothing.</summary>
    public bool All { get; init; }

    /// <summary>Whether anything is said.</summary>
    public bool SaysAnything => All || Key is not null || Handle is not null || CreatedBefore is not null || UnseenFor is not null;

    /// <summary>Whether a session is meant, for those that are alive.</summary>
    /// <param name="session">The session.</param>
    /// <param name="now">UTC ticks.</param>
    public bool Matches(Document session, long now) =>
        (Key is null || session.Key == Key)
        && (CreatedBefore is not { } before || session.CreatedAt < before)
        && (UnseenFor is not { } unseen || (session.Terms is not null && now - session.Seen >= unseen.Ticks))
        && (Handle is null || session.Handle == Handle);

    /// <summary>Whether a session does not say what is asked, so that nobody can tell whether it is meant.</summary>
    public bool IsUnknownOf(Document session) =>
        (CreatedBefore is not null && session.CreatedAt is null) || (UnseenFor is not null && session.Terms is null);

    public void Write(Utf8JsonWriter json)
    {
        if (Key is not null)
        {
            json.WriteString("key", Key);
        }

        if (Handle is not null)
        {
            json.WriteString("handle", Handle);
        }

        if (CreatedBefore is { } before)
        {
            json.WriteString("createdBefore", before);
        }

        if (UnseenFor is { } unseen)
        {
            json.WriteNumber("unseenForSeconds", unseen.TotalSeconds);
        }

        if (All)
        {
            json.WriteBoolean("all", true);
        }
    }

    /// <summary>This selection and one more member of a request.</summary>
    /// <exception cref="FormatException">It is none of a selection.</exception>
    public Selection With(string name, JsonElement value) => name switch
    {
        "key" => Copy(key: NotEmpty(value)),
        "handle" => Copy(handle: NotEmpty(value)),
        "createdBefore" => Copy(createdBefore: value.GetDateTimeOffset()),
        "unseenForSeconds" => Copy(unseenFor: value.GetDouble() is >= 0 and <= 1e10 and var seconds ? TimeSpan.FromSeconds(seconds) : throw new FormatException()),
        "all" => Copy(all: value.GetBoolean()),
        _ => throw new FormatException(),
    };

    private static string NotEmpty(JsonElement value) => value.GetString() is { Length: > 0 } text ? text : throw new FormatException();

    private Selection Copy(string? key = null, string? handle = null, DateTimeOffset? createdBefore = null, TimeSpan? unseenFor = null, bool? all = null) => new()
    {
        Key = key ?? Key,
        Handle = handle ?? Handle,
        CreatedBefore = createdBefore ?? CreatedBefore,
        UnseenFor = unseenFor ?? UnseenFor,
        All = all ?? All,
    };
}
