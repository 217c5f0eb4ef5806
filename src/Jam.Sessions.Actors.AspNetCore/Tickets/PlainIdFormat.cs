using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>The cookie's own ticket, which names the session and nobody.</summary>
internal static class SessionIdTicket
{
    /// <summary>The claim by which ASP.NET Core's cookie handler finds the id. A private constant of it: a test holds it.</summary>
    public const string Claim = "Microsoft.AspNetCore.Authentication.Cookies-SessionId";

    public static AuthenticationTicket Of(string id, string scheme) =>
        new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(Claim, id)], scheme)), properties: null, scheme);
}

/// <summary>The id as the cookie.</summary>
internal sealed class PlainIdFormat(string scheme) : ISecureDataFormat<AuthenticationTicket>
{
    public string Protect(AuthenticationTicket data) => data.Principal.FindFirst(SessionIdTicket.Claim)!.Value;

    public string Protect(AuthenticationTicket data, string? purpose) => Protect(data);

    public AuthenticationTicket? Unprotect(string? protectedText) => string.IsNullOrEmpty(protectedText) ? null : SessionIdTicket.Of(protectedText, scheme);

    public AuthenticationTicket? Unprotect(string? protectedText, string? purpose) => Unprotect(protectedText);
}
