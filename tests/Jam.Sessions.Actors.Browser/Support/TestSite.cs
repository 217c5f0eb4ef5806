using System.Security.Claims;
using Akka.Hosting;
using Jam.Sessions.Actors.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Browser.Support;

/// <summary>A site with a page that is open to who is signed in, on Kestrel, with a clock that the test moves.</summary>
internal sealed class TestSite : IAsyncDisposable
{
    private const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;

    private readonly WebApplication _app;

    private TestSite(WebApplication app, FakeTimeProvider time) => (_app, Time, Url) = (app, time, app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

    public FakeTimeProvider Time { get; }

    public string Url { get; }

    public IJamSessions Sessions => _app.Services.GetRequiredService<IJamSessions>();

    /// <summary>What a request to <c>/slow</c> waits for.</summary>
    public TaskCompletionSource SlowReached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource SlowMayGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<TestSite> StartAsync(Action<JamTicketOptions>? tickets = null)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddAuthorization().AddSingleton<TimeProvider>(time);
        builder.Services.AddJamSessions(o => (o.InMemory, o.TimeProvider, o.IdleTimeout) = (true, time, TimeSpan.FromHours(8)));
        builder.Services.AddAkka("tests", (akka, _) => akka
            .AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }", HoconAddMode.Prepend)
            .WithJamSessions());
        builder.Services.AddAuthentication(Scheme).AddCookie(o => o.LoginPath = "/sign-in");
        builder.Services.AddJamTickets(tickets);
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseWebSockets();
        app.UseJamConnections();
        app.UseAntiforgery();
        var site = default(TestSite);
        app.MapGet("/", Home).RequireAuthorization();
        app.MapGet("/sign-in", () => Page("Sign in", """<form method="post"><label>Name <input name="user"></label><button>Sign in</button></form>"""));
        app.MapPost("/sign-in", SignInAsync).DisableAntiforgery();
        app.MapPost("/sign-out", (HttpContext http) => Results.SignOut(new AuthenticationProperties { RedirectUri = "/sign-in" }));
        app.MapGet("/slow", async () =>
        {
            site!.SlowReached.SetResult();
            await site.SlowMayGo.Task;
            return "slow";
        });
        app.Map("/live", LiveAsync).RequireAuthorization();
        app.MapJamDevices("/devices", backUrl: "/");
        app.MapCircuit();
        await app.StartAsync();
        return site = new TestSite(app, time);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<IResult> SignInAsync(HttpContext http, [FromForm] string user)
    {
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, user), new(ClaimTypes.Name, user)], Scheme));
        await http.SignInAsync(principal, new AuthenticationProperties { IsPersistent = true });
        return Results.LocalRedirect("/");
    }

    private static IResult Home(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Page($"Hello {http.User.Identity!.Name}", """
            <p id="live">connecting</p><p><a href="/">Again</a> <a href="/devices">Your devices</a> <a href="/sign-in">Sign in again</a></p>
            <form method="post" action="/sign-out"><button>Sign out</button></form>
            <script>
            const live = document.getElementById("live"), socket = new WebSocket(location.href.replace("http", "ws") + "live");
            socket.onmessage = () => live.textContent = "open"; socket.onclose = () => live.textContent = "ended";
            </script>
            """);
    }

    private static async Task LiveAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await socket.SendAsync("hello"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, endOfMessage: true, http.RequestAborted);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        await socket.ReceiveAsync(new byte[10], end.Token);
    }

    private static IResult Page(string title, string body) => Results.Text($"""
        <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
        <body><h1>{title}</h1>{body}</body></html>
        """, "text/html; charset=utf-8");
}
