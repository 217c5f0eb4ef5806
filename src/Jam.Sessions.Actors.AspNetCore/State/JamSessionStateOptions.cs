using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>How <c>HttpContext.Session</c> is kept in the engine.</summary>
public sealed class JamSessionStateOptions
{
    /// <summary>The engine's store for visitors who are not signed in. Whoever is signed in has the state in the session that signs them in.</summary>
    /// <value>Default: empty, the store that needs no name.</value>
    public string Store { get; set; } = "";

    /// <summary>The cookie of visitors who are not signed in.</summary>
    /// <value>Default: <c>__Host-state</c>, Secure, HttpOnly, Lax, for as long as the browser runs.</value>
    public CookieBuilder Cookie { get; set; } = new()
    {
        Name = "__Host-state", Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, SecurePolicy = CookieSecurePolicy.Always,
    };

    /// <summary>What stands in that cookie.</summary>
    /// <value>Default: <see cref="TicketCookie.Protected"/>.</value>
    public TicketCookie CookieContent { get; set; }

    /// <summary>How long such a visitor's session may go unused.</summary>
    /// <value>At least 1 s. Default: 20 minutes.</value>
    public TimeSpan AnonymousIdleTimeout { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>How many such sessions there may be. Beyond that a <c>Set</c> of a new visitor throws; nobody's sign-in is refused for them.</summary>
    /// <remarks>The engine's <see cref="JamSessionsOptions.MaxSessions"/>, if it is set, should leave room for users beside them.</remarks>
    /// <value>Default: 100,000.</value>
    public int MaxAnonymousSessions { get; set; } = 100_000;

    /// <summary>The largest single value; a larger one fails its <c>Set</c>.</summary>
    /// <value>Bytes. Default: 64 KiB.</value>
    public int MaxValueBytes { get; set; } = 64 * 1024;

    /// <summary>The most that all values and their names may come to; more fails the response.</summary>
    /// <value>Bytes. Default: 256 KiB.</value>
    public int MaxStateBytes { get; set; } = 256 * 1024;

    /// <summary>Which of an anonymous visitor's values go with them when they sign in. The visitor's cookie may have been planted by somebody else: move nothing that decides about rights.</summary>
    /// <value>Default: none.</value>
    public Func<string, bool> MoveAtSignIn { get; set; } = static _ => false;
}
