using System.Security.Cryptography;
using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>Tickets as bytes, and what two changes of one ticket come to.</summary>
/// <param name="protector">Around the bytes; null: they are as they are.</param>
internal sealed class TicketCodec(IDataProtector? protector)
{
    public byte[] Encode(AuthenticationTicket ticket)
    {
        var bytes = TicketSerializer.Default.Serialize(ticket);
        return protector?.Protect(bytes) ?? bytes;
    }

    /// <summary>The ticket; null for what is none, of another version, or protected by a key that is lost.</summary>
    public AuthenticationTicket? Decode(byte[] bytes)
    {
        try
        {
            return TicketSerializer.Default.Deserialize(protector?.Unprotect(bytes) ?? bytes);
        }
        catch (Exception e) when (e is CryptographicException or IOException or FormatException or ArgumentException or OverflowException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether more than a ticket's times was changed.</summary>
    public static bool IsMoreThanTimes(AuthenticationTicket read, AuthenticationTicket mine) =>
        IsOtherPrincipal(read, mine) || ChangesOf(read.Properties, mine.Properties).Any(static change => change.Name is not (".issued" or ".expires"));

    /// <summary>What is stored, with what was changed since it was read: of two changes in different places both are kept.</summary>
    /// <param name="read">The ticket as it was read.</param>
    /// <param name="mine">The same, changed.</param>
    /// <param name="stored">The ticket as it is now.</param>
    public static AuthenticationTicket Merge(AuthenticationTicket read, AuthenticationTicket mine, AuthenticationTicket stored)
    {
        var items = new Dictionary<string, string?>(stored.Properties.Items, StringComparer.Ordinal);
        foreach (var (name, isThere, value) in ChangesOf(read.Properties, mine.Properties))
        {
            if (isThere)
            {
                items[name] = value;
            }
            else
            {
                items.Remove(name);
            }
        }

        return new AuthenticationTicket((IsOtherPrincipal(read, mine) ? mine : stored).Principal, new AuthenticationProperties(items), stored.AuthenticationScheme);
    }

    private static IEnumerable<(string Name, bool IsThere, string? Value)> ChangesOf(AuthenticationProperties read, AuthenticationProperties mine) =>
        from name in read.Items.Keys.Union(mine.Items.Keys)
        let before = (read.Items.TryGetValue(name, out var was), was)
        let after = (IsThere: mine.Items.TryGetValue(name, out var value), value)
        where before != after
        select (name, after.IsThere, after.value);

    private static bool IsOtherPrincipal(AuthenticationTicket read, AuthenticationTicket mine) => !PrincipalOf(read).AsSpan().SequenceEqual(PrincipalOf(mine));

    private static byte[] PrincipalOf(AuthenticationTicket ticket) =>
        TicketSerializer.Default.Serialize(new AuthenticationTicket(ticket.Principal, properties: null, ticket.AuthenticationScheme));
}
