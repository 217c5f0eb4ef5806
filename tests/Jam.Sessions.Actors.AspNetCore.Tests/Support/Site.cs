using Akka.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using System.Security.Claims;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Support;

/// <summary>A web application on an engine in memory, with a clock that stands still.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    private readonly WebApplication _app;

    private Site(WebApplication app, FakeTimeProvider time, CapturedLog log, Uri? address) => (_app, Time, Log, Address) = (app, time, log, address);

    public FakeTimeProvider Time { get; }

    public CapturedLog Log { get; }

    /// <summary>Where it listens, if it does so on a socket.</summary>
    public Uri? Address { get; }

    public IServiceProvider Services => _app.Services;

    public IJamSessions Sessions => Services.GetRequiredService<IJamSessions>();

    public TestServer Server => _app.GetTestServer();

    /// <summary>Starts it, with cookie authentication whose tickets live in the engine.</summary>
    public static Task<Site> StartAsync(
        Action<JamTicketOptions>? tickets = null,
        Action<CookieAuthenticationOptions>? cookie = null,
        Action<JamSessionsOptions>? engine = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? app = null,
        bool onKestrel = false) => StartBareAsync(
            engine,
            all =>
            {
                all.AddAuthentication(Scheme).AddCookie(o => cookie?.Invoke(o));
                all.AddJamTickets(tickets);
                services?.Invoke(all);
            },
            app,
            onKestrel);

    /// <summary>Starts it with the test's own services.</summary>
    public static async Task<Site> StartBareAsync(Action<JamSessionsOptions>? engine, Action<IServiceCollection> services, Action<WebApplication>? app = null, bool onKestrel = false)
    {
        var (time, log) = (new FakeTimeProvider(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero)), new CapturedLog());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(log);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddDataProtection();
        builder.Services.AddJamSessions(o =>
        {
            (o.InMemory, o.IdsAtRest, o.TimeProvider, o.SweepInterval) = (true, IdsAtRest.Hashed, time, Timeout.InfiniteTimeSpan);
            engine?.Invoke(o);
        });
        builder.Services.AddAkka("tests", (akka, _) => akka
            .AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }", HoconAddMode.Prepend)
            .WithJamSessions());
        services(builder.Services);
        if (onKestrel)
        {
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        var built = builder.Build();
        built.UseRouting();
        built.UseAuthentication();
        app?.Invoke(built);
        built.MapPost("/sign-in", SignInAsync);
        built.MapPost("/sign-out", (HttpContext http) => http.SignOutAsync());
        built.MapGet("/me", Me);
        built.MapGet("/poll", Me).WithNoSessionActivity();
        try
        {
            await built.StartAsync();
        }
        catch
        {
            await built.DisposeAsync();
            throw;
        }

        return new Site(built, time, log, onKestrel ? new Uri(built.Urls.First()) : null);
    }

    /// <summary>A browser that has no cookies yet.</summary>
    public Browser NewBrowser(string? agent = null) => new(Address is { } address ? new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address } : Server.CreateClient(), agent);

    /// <summary>A browser that a user has signed in with.</summary>
    public async Task<Browser> SignedInAsync(string user = "ann", string query = "", string? agent = null)
    {
        var browser = NewBrowser(agent);
        await browser.SignInAsync(user, query);
        return browser;
    }

    /// <summary>The handles of a key's sessions.</summary>
    public async Task<string[]> HandlesAsync(string key = "ann") => [.. (await Sessions.ListAsync(key)).Select(session => session.Handle)];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public static ClaimsPrincipal User(string name, params Claim[] claims) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name), .. claims], "test"));

    private static async Task SignInAsync(HttpContext http, string user, bool? persist = null, double? hours = null)
    {
        var properties = new AuthenticationProperties { IsPersistent = persist == true };
        if (hours is { } own)
        {
            properties.ExpiresUtc = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().AddHours(own);
        }

        await http.SignInAsync(User(user), properties);
        await http.Response.WriteAsync(http.GetJamSession()!.Handle);
    }

    private static string Me(HttpContext http) => $"{http.User.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? "nobody"} {http.GetJamSession()?.Handle}".TrimEnd();
}
