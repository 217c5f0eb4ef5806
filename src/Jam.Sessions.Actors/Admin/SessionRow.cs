using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Admin;

/// <summary>A session as an operator sees it: whose, named how, since when, how large; never its id or data.</summary>
internal static class SessionRow
{
    /// <summary>Keys of files may be of any length; so much of one is shown.</summary>
    public const int MaxKeyLength = 1024;

    /// <param name="json">Where to.</param>
    /// <param name="session">The session.</param>
    /// <param name="now">UTC ticks.</param>
    /// <param name="isWhole">Whether all that is known of it is told.</param>
    public static void Write(Utf8JsonWriter json, Document session, long now, bool isWhole)
    {
        json.WriteStartObject();
        WriteKey(json, session.Key);
        json.WriteString("handle", session.Handle);
        json.WriteString("state", StateOf(session, now));
        Write(json, "createdAt", session.CreatedAt);
        Write(json, "lastSeenAt", session.LastSeenAt);
        Write(json, "expiresAt", session.ExpiresAt);
        json.WriteNumber("dataBytes", session.Data.Length);
        if (isWhole)
        {
            json.WriteString("document", LargeDocumentIds.TextOf(session.DocumentId));
            Write(json, "idleSeconds", session.Lifetime?.Idle);
            Write(json, "maxSeconds", session.Lifetime?.Max);
            json.WriteBoolean("hasForeignMembers", session.Raw is not null);
        }

        json.WriteEndObject();
    }

    public static void WriteKey(Utf8JsonWriter json, string key)
    {
        // Not within a pair of surrogates: half of one is no text.
        var shown = key.Length <= MaxKeyLength ? key : key[..(char.IsHighSurrogate(key[MaxKeyLength - 1]) ? MaxKeyLength - 1 : MaxKeyLength)];
        json.WriteString("key", shown);
        if (shown.Length < key.Length)
        {
            json.WriteNumber("keyLength", key.Length);
        }
    }

    private static string StateOf(Document session, long now) =>
        !session.IsAliveAt(now) ? "ended" : ReferenceEquals(session.Data, SessionData.Unreadable) ? "unreadable" : "live";

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } own)
        {
            json.WriteString(name, own == Timeout.InfiniteTimeSpan ? "infinite" : own.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        }
    }
}
