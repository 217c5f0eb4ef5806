using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>What stands in the cookie.</summary>
public enum TicketCookie
{
    /// <summary>The session's id, protected by ASP.NET Core's Data Protection: who gets hold of the session file or a backup of it can sign nobody in with that.</summary>
    Protected,

    /// <summary>The id as it is, for hosts without a key ring. Then a readable session file is as good as everybody's cookie.</summary>
    PlainId,
}

/// <summary>How a cookie scheme keeps its sessions in the engine.</summary>
public sealed class JamTicketOptions
{
    /// <summary>The engine's store: the name that was given to <c>services.AddJamSessions(name, …)</c>.</summary>
    /// <value>Default: empty, the store that needs no name.</value>
    public string Store { get; set; } = "";

    /// <summary>Keeps the users of this scheme apart from those of others: an equal user id of two schemes is two users.</summary>
    /// <remarks>It becomes part of the session key. Two schemes on one store need different ones, or the start fails.</remarks>
    /// <value>Latin letters, digits, <c>-</c>, <c>_</c> and <c>.</c>; not <c>anonymous</c>. Default: empty.</value>
    public string Realm { get; set; } = "";

    /// <summary>What stands in the cookie.</summary>
    /// <value>Default: <see cref="TicketCookie.Protected"/>.</value>
    public TicketCookie Cookie { get; set; }

    /// <summary>Whether the cookie may go over plain HTTP. Without it the cookie is <c>Secure</c>, and its name, where you gave it none, begins with <c>__Host-</c>.</summary>
    /// <remarks>Browsers and curl take such cookies from <c>http://localhost</c> too.</remarks>
    /// <value>Default: false.</value>
    public bool AllowHttp { get; set; }

    /// <summary>Whose session it is: the id of a user, which does not change.</summary>
    /// <value>Default: the claim <see cref="ClaimTypes.NameIdentifier"/>, then <c>sub</c>.</value>
    public Func<ClaimsPrincipal, string?> UserId { get; set; } = static user => user.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? user.FindFirst("sub")?.Value;

    /// <summary>Which session of the identity provider a user was signed in by, for <see cref="IJamTickets.EndUpstreamAsync"/>; null: none.</summary>
    /// <value>Default: issuer and value of the claim <c>sid</c>.</value>
    public Func<ClaimsPrincipal, UpstreamSession?> Upstream { get; set; } = static user => user.FindFirst("sid") is { } sid ? new UpstreamSession(sid.Issuer, sid.Value) : null;

    /// <summary>Makes a ticket for a session that holds none, such as one that jam wrote; null: it signs nobody in.</summary>
    /// <value>Default: none.</value>
    public Func<Session, AuthenticationTicket?>? TicketFromSession { get; set; }

    /// <summary>Whether the ticket's bytes are protected by Data Protection before they are kept: claims and saved tokens are then unreadable in file, backup and memory dump.</summary>
    /// <remarks>With a lost key ring everybody is signed out.</remarks>
    /// <value>Default: false. Where tokens are saved and the file is readable, a warning says so.</value>
    public bool ProtectTickets { get; set; }

    /// <summary>Whether the address that a user signs in from is kept, for "your devices". It is personal data; behind a proxy it is the proxy's without <c>UseForwardedHeaders</c>.</summary>
    /// <value>Default: false.</value>
    public bool KeepAddress { get; set; }

    /// <summary>Makes the name of a device from its user agent.</summary>
    /// <value>Default: <see cref="DeviceNames.Of"/>, such as "Firefox on Linux".</value>
    public Func<string?, string> DeviceName { get; set; } = DeviceNames.Of;

    /// <summary>About how many tickets are kept deserialized.</summary>
    /// <value>At least 0; some 2 KiB each. Default: 10,000.</value>
    public int CachedTickets { get; set; } = 10_000;
}

/// <summary>A session at an identity provider.</summary>
/// <param name="Issuer">The provider: <c>iss</c> of its tokens.</param>
/// <param name="Sid">The session: <c>sid</c> of its tokens.</param>
public sealed record UpstreamSession(string Issuer, string Sid);
