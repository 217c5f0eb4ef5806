namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>Session keys: a user's id as it is, where there is one realm; else <c>~realm/id</c>. No two pairs of realm and id have one key.</summary>
internal static class TicketKeys
{
    /// <summary>The realm of sessions that are nobody's.</summary>
    public const string Anonymous = "anonymous";

    private const char Mark = '~';

    public static string Of(string realm, string userId) => realm.Length == 0 && userId[0] != Mark ? userId : $"{PrefixOf(realm)}{userId}";

    public static string PrefixOf(string realm) => $"{Mark}{realm}/";

    public static bool IsOf(string realm, string key) =>
        key.Length > 0 && key[0] != Mark ? realm.Length == 0
        : key.Length > realm.Length + 1 && key[realm.Length + 1] == '/' && key.AsSpan(1).StartsWith(realm, StringComparison.Ordinal);

    public static bool IsRealm(string realm) => realm != Anonymous && realm.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
