using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>Cookie authentication, its devices and its ends on the engine.</summary>
public static class JamAspNetCore
{
    /// <summary>Keeps the sessions of the host's cookie authentication in the engine: <c>AddAuthentication().AddCookie()</c> or Identity stay as they are.</summary>
    /// <remarks>
    /// Signing in again gives a new id, signing out and revoking end the session at once. The scheme is Identity's application scheme, or the only cookie
    /// scheme there is. What cannot work fails the host's start.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddJamTickets(this IServiceCollection services, Action<JamTicketOptions>? configure = null) =>
        services.AddTickets(new TicketRegistration(Scheme: null), configure);

    /// <summary>The same for a scheme by name. Two schemes on one store need a <see cref="JamTicketOptions.Realm"/> each.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="scheme">The cookie scheme.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddJamTickets(this IServiceCollection services, string scheme, Action<JamTicketOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        return services.AddTickets(new TicketRegistration(scheme), configure);
    }

    /// <summary>The session that signs the request's user in; null where nobody is signed in by one.</summary>
    /// <param name="http">The request, after authentication.</param>
    /// <param name="scheme">Which scheme's session; null: of the scheme that authenticated last.</param>
    public static JamSession? GetJamSession(this HttpContext http, string? scheme = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (scheme is not null)
        {
            return TicketRequest.Find(http, scheme)?.Current(http);
        }

        for (var request = http.Features.Get<TicketRequest>(); request is not null; request = request.Others)
        {
            if (request.Current(http) is { } session)
            {
                return session;
            }
        }

        return null;
    }

    private static IServiceCollection AddTickets(this IServiceCollection services, TicketRegistration registration, Action<JamTicketOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(registration);
        var options = services.AddOptions<JamTicketOptions>(registration.OptionsName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(static service => service.ServiceType == typeof(TicketSchemes)))
        {
            return services;
        }

        services.AddSingleton<TicketSchemes>();
        services.AddSingleton<IPostConfigureOptions<AuthenticationOptions>>(static provider => provider.GetRequiredService<TicketSchemes>());
        services.AddSingleton<IPostConfigureOptions<CookieAuthenticationOptions>, TicketSetup>();
        services.AddTransient<JamCookieHandler>();
        services.TryAddSingleton<SessionStores>();
        services.AddSingleton<JamTickets>();
        services.AddSingleton<IJamTickets>(static provider => provider.GetRequiredService<JamTickets>());
        services.AddHostedService<TicketStart>();
        services.Configure<HubOptions>(static hubs => hubs.AddFilter<SessionHubFilter>());
        services.AddSingleton<SessionHubFilter>();
        services.AddScoped<CircuitHandler, SessionCircuit>();
        services.AddAntiforgery();
        services.AddSingleton<IJamDevices, JamDevices>();
        return services;
    }
}
