using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>Gives the cookie schemes their ticket store and cookie. Whatever the host has set itself stays.</summary>
internal sealed class TicketSetup(IServiceProvider services, TicketSchemes schemes, IOptions<AuthenticationOptions> authentication) : IPostConfigureOptions<CookieAuthenticationOptions>
{
    public const string HostPrefix = "__Host-";

    public void PostConfigure(string? name, CookieAuthenticationOptions cookie)
    {
        // The schemes are known once this has been asked for.
        _ = authentication.Value;
        if (name is null || !schemes.Found.TryGetValue(name, out var tickets))
        {
            return;
        }

        if (cookie.SessionStore is not null)
        {
            throw new InvalidOperationException($"The scheme {name} has a SessionStore already; AddJamTickets would be without effect.");
        }

        cookie.SessionStore = new JamTicketStore(name, tickets, cookie, services.GetRequiredService<SessionStores>().Of(tickets.Store), services);
        if (tickets.Cookie == TicketCookie.PlainId)
        {
            cookie.TicketDataFormat = new PlainIdFormat(name);
        }

        cookie.CookieManager = new TicketCookieManager(cookie.CookieManager ?? new ChunkingCookieManager(), name, cookie);
        cookie.Cookie.HttpOnly = true;
        if (!tickets.AllowHttp)
        {
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            NameForHost(name, cookie.Cookie);
        }
    }

    private static void NameForHost(string scheme, CookieBuilder cookie)
    {
        var isUnnamed = string.IsNullOrEmpty(cookie.Name) || cookie.Name == CookieAuthenticationDefaults.CookiePrefix + Uri.EscapeDataString(scheme);
        if (isUnnamed && cookie.Domain is null && cookie.Path is null or "/")
        {
            (cookie.Name, cookie.Path) = (HostPrefix + Uri.EscapeDataString(scheme), "/");
        }
    }
}

/// <summary>Whatever cannot work fails the host's start, not its first request.</summary>
internal sealed class TicketStart(IServiceProvider services, TicketSchemes schemes) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = services.GetRequiredService<IOptions<AuthenticationOptions>>().Value;
        foreach (var scheme in schemes.Found.Keys)
        {
            _ = services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(scheme);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
