using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>ASP.NET Core's cookie handler, which says while it signs in that it does.</summary>
internal sealed class JamCookieHandler(IOptionsMonitor<CookieAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : CookieAuthenticationHandler(options, new NamedAsBefore(logger), encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var result = await base.HandleAuthenticateAsync();

        // A ticket that was read, and that the host then rejected (OnValidatePrincipal): its session signs nobody in.
        if (!result.Succeeded && TicketRequest.Find(Context, Scheme.Name) is { Read: not null } request)
        {
            request.SignedOut();
        }

        return result;
    }

    protected override async Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        var request = TicketRequest.Of(Context, Scheme.Name);
        (request.IsSigningIn, request.HasOwnExpiry) = (true, properties?.ExpiresUtc is not null);
        try
        {
            await base.HandleSignInAsync(user, properties);
        }
        finally
        {
            (request.IsSigningIn, request.FreshId, request.CookieExpires) = (false, null, null);
        }
    }

    /// <summary>What a host has configured for the logs of ASP.NET Core's handler holds for this one.</summary>
    private sealed class NamedAsBefore(ILoggerFactory inner) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

        public ILogger CreateLogger(string categoryName) => inner.CreateLogger(typeof(CookieAuthenticationHandler).FullName!);

        public void Dispose()
        {
        }
    }
}
