using System.Reflection;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>What this package takes for granted of ASP.NET Core's cookie handler: where it changes, this says so before a user does.</summary>
public sealed class CookieHandlerSpec
{
    [Fact]
    public void The_cookie_names_the_session_by_this_claim() => Assert.Equal(
        SessionIdTicket.Claim,
        typeof(CookieAuthenticationHandler).GetField("SessionIdClaim", BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue());

    /// <remarks>After the fix of 2026 (dotnet/aspnetcore 67049) a sign-out forgets the key: then the sign-in behind it stores anew instead of renewing what it has removed.</remarks>
    [Theory]
    [InlineData("", "in", "Store k1")]
    [InlineData("", "in,in", "Store k1|Renew k1")]
    [InlineData("in", "in", "Retrieve k1|Renew k1")]
    [InlineData("in", "out", "Retrieve k1|Remove k1")]
    [InlineData("in", "in,out", "Retrieve k1|Renew k1|Remove k1")]
    [InlineData("in", "out,in", "Retrieve k1|Remove k1|Renew k1", "Retrieve k1|Remove k1|Store k2")]
    public async Task The_handler_calls_the_ticket_store_like_this(string before, string steps, params string[] calls)
    {
        var store = new RecordingStore([]);
        await using var site = await StockAsync(store);
        var browser = site.NewBrowser();
        if (before.Length > 0)
        {
            await browser.PostAsync($"/steps?steps={before}");
        }

        store.Calls.Clear();
        await browser.PostAsync($"/steps?steps={steps}");
        Assert.Contains(string.Join('|', store.Calls), calls);
    }

    [Fact]
    public async Task The_handler_renews_past_the_half_before_the_headers_leave()
    {
        var store = new RecordingStore([]);
        await using var site = await StockAsync(store);
        var browser = site.NewBrowser();
        await browser.PostAsync("/steps?steps=in");
        store.Calls.Clear();
        site.Time.Advance(TimeSpan.FromDays(8));
        await browser.GetAsync("/me");
        Assert.Equal(["Retrieve k1", "Renew k1"], store.Calls);
        Assert.Single(browser.SetCookies);
    }

    /// <summary>As the handler will call it once it forgets the key at a sign-out.</summary>
    [Fact]
    public async Task A_sign_in_that_stores_anew_after_a_sign_out_leaves_no_orphan_either()
    {
        await using var site = await Site.StartAsync();
        var store = site.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(Site.Scheme).SessionStore!;
        var ticket = new AuthenticationTicket(Site.User("ann"), new AuthenticationProperties { IssuedUtc = site.Time.GetUtcNow(), ExpiresUtc = site.Time.GetUtcNow().AddDays(1) }, Site.Scheme);
        var first = await store.StoreAsync(ticket, new DefaultHttpContext(), CancellationToken.None);

        var http = new DefaultHttpContext();
        await store.RetrieveAsync(first, http, CancellationToken.None);
        await store.RemoveAsync(first, http, CancellationToken.None);
        TicketRequest.Of(http, Site.Scheme).IsSigningIn = true;
        var second = await store.StoreAsync(ticket, http, CancellationToken.None);
        Assert.Null(await site.Sessions.GetAsync(first));
        Assert.NotNull(await site.Sessions.GetAsync(second));
        Assert.Equal(1, (await site.Sessions.CountAsync()).Sessions);
    }

    [Fact]
    public async Task The_overloads_that_no_handler_calls_work_for_who_does()
    {
        await using var site = await Site.StartAsync();
        var store = site.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(Site.Scheme).SessionStore!;
        var ticket = new AuthenticationTicket(Site.User("ann"), new AuthenticationProperties { IssuedUtc = site.Time.GetUtcNow(), ExpiresUtc = site.Time.GetUtcNow().AddDays(1) }, Site.Scheme);
        var key = await store.StoreAsync(ticket);
        ticket.Properties.SetString("note", "renewed");
        await store.RenewAsync(key, ticket);
        Assert.Equal("renewed", (await store.RetrieveAsync(key))!.Properties.GetString("note"));
        await store.RemoveAsync(key);
        Assert.Null(await store.RetrieveAsync(key));
    }

    private static Task<Site> StockAsync(RecordingStore store) => Site.StartBareAsync(
        null,
        services => services.AddAuthentication(Site.Scheme).AddCookie(o => o.SessionStore = store),
        app => app.MapPost("/steps", async (HttpContext http, string steps) =>
        {
            foreach (var step in steps.Split(','))
            {
                await (step == "out" ? http.SignOutAsync() : http.SignInAsync(Site.User("ann")));
            }
        }));
}
