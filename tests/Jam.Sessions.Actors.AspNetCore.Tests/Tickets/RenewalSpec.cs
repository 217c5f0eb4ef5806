using System.Security.Claims;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>How long somebody stays signed in, and what a renewal may do.</summary>
public sealed class RenewalSpec
{
    private static readonly TimeSpan s_span = TimeSpan.FromHours(10);

    [Theory]
    [InlineData("")]
    [InlineData("&persist=true")]
    public async Task Requests_at_four_and_eleven_tenths_of_the_idle_time_keep_somebody_signed_in(string persist)
    {
        await using var site = await Site.StartAsync(cookie: o => o.ExpireTimeSpan = s_span);
        var browser = await site.SignedInAsync("ann", persist);
        var cookieEnds = browser.SetCookies[0].Expires;
        site.Time.Advance(0.4 * s_span);
        Assert.Equal("ann", await browser.MeAsync());
        Assert.Empty(browser.SetCookies);
        site.Time.Advance(0.7 * s_span);
        Assert.True(cookieEnds is null || cookieEnds > site.Time.GetUtcNow());
        Assert.Equal("ann", await browser.MeAsync());
        Assert.Equal(persist.Length > 0 ? 1 : 0, browser.SetCookies.Count);
        site.Time.Advance(0.95 * s_span);
        Assert.Equal("ann", await browser.MeAsync());
        site.Time.Advance(1.01 * s_span);
        Assert.Equal("nobody", await browser.MeAsync());
    }

    [Fact]
    public async Task Polling_is_no_activity()
    {
        await using var site = await Site.StartAsync(cookie: o => o.ExpireTimeSpan = s_span);
        var browser = await site.SignedInAsync("ann");
        site.Time.Advance(0.6 * s_span);
        Assert.StartsWith("ann", await browser.GetAsync("/poll"), StringComparison.Ordinal);
        site.Time.Advance(0.5 * s_span);
        Assert.Equal("nobody", await browser.GetAsync("/poll"));
    }

    [Fact]
    public async Task Without_sliding_the_end_is_the_end_however_much_the_session_is_used()
    {
        await using var site = await Site.StartAsync(cookie: o => (o.ExpireTimeSpan, o.SlidingExpiration) = (s_span, false));
        var browser = await site.SignedInAsync("ann", "&persist=true");
        for (var i = 0; i < 9; i++)
        {
            site.Time.Advance(0.1 * s_span);
            Assert.Equal("ann", await browser.MeAsync());
            Assert.Empty(browser.SetCookies);
        }

        await browser.SignInAsync("ann");
        site.Time.Advance(0.9 * s_span);
        Assert.Equal("ann", await browser.MeAsync());
        site.Time.Advance(0.1 * s_span);
        Assert.Equal("nobody", await browser.MeAsync());
    }

    [Theory]
    [InlineData("", 2.0)]
    [InlineData("&hours=1", 1.0)]
    [InlineData("&hours=5", 5.0)]
    public async Task The_stores_idle_time_holds_unless_who_signs_in_asks_for_another(string query, double hours)
    {
        await using var site = await Site.StartAsync(cookie: o => o.ExpireTimeSpan = s_span, engine: o => (o.IdleTimeout, o.MaxLifetime) = (TimeSpan.FromHours(2), TimeSpan.FromHours(100)));
        var browser = await site.SignedInAsync("ann", query);
        Assert.Equal(site.Time.GetUtcNow().AddHours(hours), Assert.Single(await site.Sessions.ListAsync("ann")).ExpiresAt);
        await browser.SignInAsync("ann");
        Assert.Equal(site.Time.GetUtcNow().AddHours(2), Assert.Single(await site.Sessions.ListAsync("ann")).ExpiresAt);
    }

    [Fact]
    public async Task Ten_renewals_at_once_are_one()
    {
        await using var site = await Site.StartAsync(cookie: o => o.ExpireTimeSpan = s_span);
        var browser = await site.SignedInAsync("ann", "&persist=true");
        using var events = await site.Sessions.SendAsync(new WatchSessions());
        site.Time.Advance(0.6 * s_span);
        Browser[] tabs = [.. Enumerable.Range(0, 10).Select(_ => browser.Copy())];
        Assert.All(await Task.WhenAll(tabs.Select(tab => tab.MeAsync())), me => Assert.Equal("ann", me));
        Assert.Contains(tabs, tab => tab.SetCookies.Count == 1);
        await browser.PostAsync("/sign-out");
        List<SessionEvent> told = [];
        await foreach (var happened in events)
        {
            told.Add(happened);
            if (happened is SessionEnded)
            {
                break;
            }
        }

        Assert.Single(told.OfType<SessionUpdated>());
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("rotated")]
    public async Task A_renewal_whose_session_was_revoked_or_rotated_meanwhile_sends_no_cookie_and_revives_nothing(string how)
    {
        Browser? otherTab = null;
        Site? running = null;
        await using var site = await Site.StartAsync(cookie: o => o.ExpireTimeSpan = s_span, app: app => app.MapGet("/slow", async () =>
        {
            await (how == "revoked" ? (Task)running!.Sessions.ClearAsync("ann") : otherTab!.SignInAsync("ann", "&persist=true"));
            return "slow";
        }));
        running = site;
        var browser = await site.SignedInAsync("ann", "&persist=true");
        otherTab = browser.Copy();
        site.Time.Advance(0.6 * s_span);
        await browser.GetAsync("/slow");
        Assert.Empty(browser.SetCookies);
        Assert.Equal("nobody", await browser.MeAsync());
        Assert.Equal(how == "revoked" ? "nobody" : "ann", await otherTab.MeAsync());
        Assert.Equal(how == "revoked" ? 0 : 1, (await site.Sessions.CountAsync()).Sessions);
        Assert.Empty(site.Log.Warnings);
    }

    [Fact]
    public async Task Refreshed_claims_and_tokens_of_requests_at_once_are_all_kept()
    {
        var (first, second) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var site = await Site.StartAsync(
            cookie: o => o.Events.OnValidatePrincipal = context =>
            {
                switch (context.Request.Path.Value)
                {
                    case "/claims":
                        context.ReplacePrincipal(Site.User("ann", new Claim("level", "gold")));
                        context.ShouldRenew = true;
                        break;
                    case "/tokens":
                        context.Properties.UpdateTokenValue("access_token", "second");
                        context.ShouldRenew = true;
                        break;
                }

                return Task.CompletedTask;
            },
            app: app =>
            {
                app.MapPost("/with-tokens", (HttpContext http) =>
                {
                    var properties = new AuthenticationProperties();
                    properties.StoreTokens([new AuthenticationToken { Name = "access_token", Value = "first" }]);
                    return http.SignInAsync(Site.User("ann"), properties);
                });
                app.MapGet("/claims", async () =>
                {
                    first.SetResult();
                    await second.Task;
                });
                app.MapGet("/tokens", () => "");
                app.MapGet("/all", async (HttpContext http) => $"{http.User.FindFirst("level")?.Value} {await http.GetTokenAsync("access_token")}");
            });
        var browser = site.NewBrowser();
        await browser.PostAsync("/with-tokens");
        var slow = browser.Copy().GetAsync("/claims");
        await first.Task;
        await browser.GetAsync("/tokens");
        second.SetResult();
        await slow;
        Assert.Equal("gold second", await browser.GetAsync("/all"));
    }

    [Fact]
    public async Task Claims_that_could_not_be_kept_are_told()
    {
        Site? running = null;
        await using var site = await Site.StartAsync(
            cookie: o => o.Events.OnValidatePrincipal = context =>
            {
                context.ReplacePrincipal(Site.User("ann", new Claim("level", "gold")));
                context.ShouldRenew = true;
                return Task.CompletedTask;
            },
            app: app => app.MapGet("/slow", () => running!.Sessions.ClearAsync("ann")));
        running = site;
        var browser = await site.SignedInAsync("ann");
        await browser.GetAsync("/slow");
        Assert.Empty(browser.SetCookies);
        Assert.Contains("refreshed claims or tokens of Cookies were not kept", Assert.Single(site.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_that_the_host_rejects_has_no_session_and_signing_in_again_still_rotates_it()
    {
        await using var site = await Site.StartAsync(cookie: o => o.Events.OnValidatePrincipal = context =>
        {
            if (context.Request.Query.ContainsKey("reject"))
            {
                context.RejectPrincipal();
            }

            return Task.CompletedTask;
        });
        var browser = await site.SignedInAsync("ann");
        var before = browser.Copy();
        Assert.Equal("nobody", await browser.GetAsync("/me?reject=1"));
        await browser.SignInAsync("ann", "&reject=1");
        Assert.Equal(("ann", "nobody"), (await browser.MeAsync(), await before.MeAsync()));
        Assert.Single(await site.HandlesAsync());
    }

    [Fact]
    public async Task Refreshed_claims_do_not_move_an_end_that_is_absolute()
    {
        await using var site = await Site.StartAsync(cookie: o =>
        {
            (o.ExpireTimeSpan, o.SlidingExpiration) = (s_span, false);
            o.Events.OnValidatePrincipal = context =>
            {
                context.Properties.IssuedUtc = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
                context.ShouldRenew = true;
                return Task.CompletedTask;
            };
        });
        var browser = await site.SignedInAsync("ann", "&persist=true");
        var end = browser.SetCookies[0].Expires;
        site.Time.Advance(0.9 * s_span);
        Assert.Equal("ann", await browser.MeAsync());
        Assert.Equal(end, Assert.Single(browser.SetCookies).Expires);
        site.Time.Advance(0.1 * s_span);
        Assert.Equal("nobody", await browser.MeAsync());
    }
}
