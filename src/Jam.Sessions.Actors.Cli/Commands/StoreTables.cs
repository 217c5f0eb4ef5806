using System.Globalization;
using System.Text.Json;
using Jam.Sessions.Actors.Cli.Output;

namespace Jam.Sessions.Actors.Cli.Commands;

/// <summary>What commands answer, for people.</summary>
internal static class StoreTables
{
    private static readonly (string Name, string Words)[] s_stats =
    [
        ("file", "file"), ("running", "held by a running host"), ("fileBytes", "bytes of the file"), ("journalBytes", "bytes of its journals"), ("live", "live sessions"),
        ("ended", "ended, to be swept"), ("unreadable", "with data that cannot be read"), ("withDeadline", "with a deadline"), ("keptNotServed", "documents kept, not served"),
        ("keys", "keys"), ("dataBytes", "bytes of data"), ("largestDataBytes", "bytes of the largest"),
    ];

    private static readonly (string Name, string Words)[] s_ages =
        [("hour", "younger than an hour"), ("day", "than a day"), ("week", "than a week"), ("month", "than 30 days"), ("older", "older"), ("unknown", "of unknown age")];

    public static SafeTable OfSessions(Terminal terminal) => new(terminal, hasHeaders: true, "key", "handle", "state", "created", "last seen", "expires", "bytes");

    public static void AddSession(SafeTable table, JsonElement row) =>
        table.Add(Text(row, "key"), Text(row, "handle"), Text(row, "state"), Time(row, "createdAt"), Time(row, "lastSeenAt"), Time(row, "expiresAt"), Text(row, "dataBytes"));

    public static void Stats(Terminal terminal, JsonElement stats)
    {
        var table = new SafeTable(terminal, hasHeaders: false, "", "");
        foreach (var (name, words) in s_stats)
        {
            table.Add(words, Text(stats, name));
        }

        var ages = stats.GetProperty("ages");
        foreach (var (name, words) in s_ages)
        {
            table.Add(words, Text(ages, name));
        }

        table.Write();
        var keys = new SafeTable(terminal, hasHeaders: true, "largest keys", "sessions", "bytes");
        foreach (var key in stats.GetProperty("largestKeys").EnumerateArray())
        {
            keys.Add(Text(key, "key"), Text(key, "sessions"), Text(key, "dataBytes"));
        }

        if (keys.Count > 0)
        {
            keys.Write();
        }
    }

    public static void Session(Terminal terminal, JsonElement session)
    {
        var table = new SafeTable(terminal, hasHeaders: false, "", "");
        foreach (var member in session.EnumerateObject())
        {
            table.Add(member.Name, Text(session, member.Name));
        }

        table.Write();
    }

    public static void MoreThanShown(Terminal terminal, JsonElement result)
    {
        var (sessions, shown) = (result.GetProperty("sessions").GetInt32(), result.GetProperty("shown").GetInt32());
        terminal.Say(shown < sessions ? $"{Number(shown)} of {Count(sessions, "session")}; --limit 0 shows all." : $"{Count(sessions, "session")}.");
    }

    /// <summary>A number of things, with their name.</summary>
    public static string Count(long number, string what) => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>To the second; <c>--json</c> has all of it.</summary>
    private static string? Time(JsonElement row, string name) => Text(row, name)?.Split('.') is [var seconds, _] ? $"{seconds}Z" : Text(row, name);

    private static string? Text(JsonElement row, string name) => !row.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var number) => Number(number),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => null,
        _ => value.GetRawText(),
    };
}
