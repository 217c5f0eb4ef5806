using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

        Warn(name, tickets, cookie.Cookie);
        cookie.SessionStore = new JamTicketStore(name, tickets, cookie, services.GetRequiredService<SessionStores>().Of(tickets.Store), services);
        if (tickets.Cookie == TicketCookie.PlainId)
        {
            if (cookie.TicketDataFormat is not (null or TicketDataFormat))
            {
                throw new InvalidOperationException($"The scheme {name} has a TicketDataFormat of its own, and TicketCookie.PlainId replaces it. Take one of them out.");
            }

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

    private void Warn(string scheme, JamTicketOptions tickets, CookieBuilder cookie)
    {
        List<string> ignored = [];
        if (!cookie.HttpOnly)
        {
            ignored.Add("HttpOnly = false");
        }

        if (!tickets.AllowHttp && cookie.SecurePolicy == CookieSecurePolicy.None)
        {
            ignored.Add("SecurePolicy = None (JamTicketOptions.AllowHttp lets a cookie go over plain HTTP)");
        }

        if (ignored.Count > 0)
        {
            services.GetRequiredService<ILoggerFactory>().CreateLogger<JamTickets>().LogWarning(
                "jam.sessions: whoever holds the cookie of {Scheme} is signed in, so this has no effect: {Ignored}", scheme, string.Join(", ", ignored));
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
