using System.Net;
using System.Net.Sockets;
using System.Text;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>What users see of an engine that cannot write, or is stopping. On Kestrel: the test server hands exceptions through.</summary>
public sealed class FaultsSpec
{
    private static readonly SessionStoreException s_full = new("sessions.json", "the disk is full");

    [Fact]
    public async Task A_sign_in_that_cannot_be_stored_is_an_error_without_a_cookie()
    {
        await using var site = await StartAsync();
        Detour.Of(site).Fails = message => message is CreateSession or ReworkSession ? s_full : null;
        var browser = site.NewBrowser();
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.SendAsync(HttpMethod.Post, "/sign-in?user=ann")).StatusCode);
        Assert.Empty(browser.SetCookies);
        Detour.Of(site).Fails = _ => null;
        await browser.SignInAsync("ann");
        Detour.Of(site).Fails = message => message is CreateSession or ReworkSession ? s_full : null;
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.SendAsync(HttpMethod.Post, "/sign-in?user=ann")).StatusCode);
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task A_sign_out_that_cannot_be_stored_is_an_error_and_the_user_is_still_signed_in()
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann");
        Detour.Of(site).Fails = message => message is DeleteSession ? s_full : null;
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.SendAsync(HttpMethod.Post, "/sign-out")).StatusCode);
        Assert.Empty(browser.SetCookies);
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task A_renewal_of_times_that_cannot_be_stored_fails_no_response_and_is_tried_again()
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann", "&persist=true");
        site.Time.Advance(TimeSpan.FromDays(8));
        Detour.Of(site).Fails = message => message is UpdateSession ? s_full : null;
        Assert.Equal("ann", await browser.MeAsync());
        Assert.Contains("could not be renewed", Assert.Single(site.Log.Warnings), StringComparison.Ordinal);
        Detour.Of(site).Fails = _ => null;
        using var events = await site.Sessions.SendAsync(new WatchSessions());
        Assert.Equal("ann", await browser.MeAsync());
        await using var told = events.GetAsyncEnumerator();
        Assert.True(await told.MoveNextAsync());
        Assert.IsType<SessionUpdated>(told.Current);
    }

    [Fact]
    public async Task Refreshed_claims_that_cannot_be_stored_fail_the_response()
    {
        await using var site = await StartAsync(refresh: true);
        var browser = await site.SignedInAsync("ann");
        Detour.Of(site).Fails = message => message is UpdateSession ? s_full : null;
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.SendAsync(HttpMethod.Get, "/me")).StatusCode);
    }

    [Fact]
    public async Task While_the_engine_stops_nobody_is_taken_for_anonymous()
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann");
        Detour.Of(site).Fails = _ => new SessionsStoppingException();
        Assert.Equal(HttpStatusCode.InternalServerError, (await browser.SendAsync(HttpMethod.Get, "/me")).StatusCode);
        Assert.Equal("nobody", await site.NewBrowser().MeAsync());
        Detour.Of(site).Fails = _ => null;
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task A_sign_out_happens_though_the_client_has_gone_away()
    {
        var (underWay, gone) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var site = await StartAsync(app => app.MapPost("/slow-sign-out", async (HttpContext http) =>
        {
            using var aborted = http.RequestAborted.Register(gone.SetResult);
            underWay.SetResult();
            await gone.Task;
            await http.SignOutAsync();
        }));
        var browser = await site.SignedInAsync("ann");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(site.Address!.Host, site.Address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /slow-sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nCookie: {browser.Cookies.Single().Key}={browser.Cookie}\r\n\r\n"));
            await underWay.Task;
            client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        using var events = await site.Sessions.SendAsync(new WatchSessions());
        if ((await site.HandlesAsync()).Length > 0)
        {
            await using var told = events.GetAsyncEnumerator();
            Assert.True(await told.MoveNextAsync());
        }

        Assert.Equal("nobody", await browser.MeAsync());
    }

    private static Task<Site> StartAsync(Action<WebApplication>? app = null, bool refresh = false) => Site.StartAsync(
        cookie: o => o.Events.OnValidatePrincipal = context =>
        {
            if (refresh)
            {
                context.ReplacePrincipal(Site.User("ann", new System.Security.Claims.Claim("level", "gold")));
                context.ShouldRenew = true;
            }

            return Task.CompletedTask;
        },
        services: Detour.Add,
        app: app,
        onKestrel: true);
}
