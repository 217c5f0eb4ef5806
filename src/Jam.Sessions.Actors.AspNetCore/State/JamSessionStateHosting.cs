using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.State;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary><c>HttpContext.Session</c> on the engine.</summary>
public static class JamSessionStateHosting
{
    private const string StockStore = "session-state";

    /// <summary>Registers session state that loses nothing; <see cref="UseJamSession"/> puts it into the pipeline.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddJamSessionState(this IServiceCollection services, Action<JamSessionStateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddDataProtection();
        services.TryAddSingleton<SessionStores>();
        services.TryAddSingleton<AnonymousSessions>();
        var options = services.AddOptions<JamSessionStateOptions>()
            .Validate(static o => o.AnonymousIdleTimeout >= TimeSpan.FromSeconds(1), "JamSessionStateOptions.AnonymousIdleTimeout is at least 1 s.")
            .Validate(static o => o.MaxAnonymousSessions > 0, "JamSessionStateOptions.MaxAnonymousSessions is at least 1.")
            .Validate(static o => o.MaxValueBytes > 0 && o.MaxStateBytes > 0, "JamSessionStateOptions.MaxValueBytes and MaxStateBytes are at least 1.")
            .Validate(static o => !string.IsNullOrEmpty(o.Cookie.Name), "JamSessionStateOptions.Cookie needs a Name.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        return services;
    }

    /// <summary>Gives each request its <c>HttpContext.Session</c>, in the place of <c>UseSession()</c>. Stands after authentication.</summary>
    /// <remarks>
    /// Changes are written before the headers leave, so a write that fails fails the response; what is changed after that is written at the end of the request,
    /// if the session has begun. Values of who is signed in end with their session, in whatever way it ends.
    /// </remarks>
    /// <param name="app">The pipeline.</param>
    public static IApplicationBuilder UseJamSession(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var anonymous = app.ApplicationServices.GetService<AnonymousSessions>()
            ?? throw new InvalidOperationException("UseJamSession needs services.AddJamSessionState().");
        var options = app.ApplicationServices.GetRequiredService<IOptions<JamSessionStateOptions>>().Value;
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger<JamSessionState>();
        return app.Use(async (http, next) =>
        {
            var state = new JamSessionState(http, anonymous, options, log);
            http.Features.Set<ISessionFeature>(state);
            http.Features.Set<IMovesAtSignIn>(state);
            http.Response.OnStarting(static state => ((JamSessionState)state).CommitAsync(), state);
            try
            {
                await next(http);
                await state.SeeAsync();
                await state.CommitAsync();
            }
            finally
            {
                http.Features.Set<ISessionFeature>(null);
            }
        });
    }

    /// <summary>A store for ASP.NET Core's own session middleware: <c>AddSession()</c> and <c>UseSession()</c> stay as they are, and need no cache.</summary>
    /// <remarks>
    /// Sessions survive a restart, and changes of different values are both kept. What the middleware itself loses stays lost: it writes after the response, so
    /// a write that fails is only logged; it never changes its key, at sign-in neither; a sign-out does not end it. <see cref="UseJamSession"/> has none of this.
    /// </remarks>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Options of the store of the engine that is made for it, <c>session-state</c>; its file is <c>sessions-session-state.json</c> unless set.</param>
    public static IServiceCollection AddJamSessionStore(this IServiceCollection services, Action<JamSessionsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddJamSessions(StockStore, options =>
        {
            configure?.Invoke(options);

            // The middleware makes the key; the session is found by what was made from it.
            options.AsyncIdFactory = static request => ValueTask.FromResult(request.SessionKey);
        });
        return services.AddSingleton<ISessionStore>(static provider => new StockSessionStore(
            provider.GetRequiredKeyedService<IJamSessions>(StockStore), provider.GetRequiredService<ILoggerFactory>().CreateLogger<StockSessionStore>()));
    }
}
