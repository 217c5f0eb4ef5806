namespace Jam.Sessions.Actors;

/// <summary>Members of a session's data that lists, pages and events leave out: they are for whoever has the session's id, such as what signs a user in.</summary>
public static class HiddenMembers
{
    /// <summary>What the names of such members begin with.</summary>
    public const string Prefix = "jam:";

    /// <summary>The data without them; the same value where there are none, or where it is no standard JSON object.</summary>
    internal static SessionData Without(SessionData data)
    {
        if (data.Utf8.Span.IndexOf("\"jam:"u8) < 0)
        {
            return data;
        }

        try
        {
            return DataPatch.Of(SessionData.Empty, [.. DataPatch.NamesOf(data).Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))]).ApplyTo(data);
        }
        catch (SessionDataException)
        {
            return data;
        }
    }
}
