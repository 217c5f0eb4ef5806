using System.Security.Claims;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>Signing in, again and out.</summary>
public sealed class SignInSpec
{
    [Fact]
    public async Task Who_signs_in_has_a_session_of_the_engine_and_a_cookie_that_does_not_show_it()
    {
        await using var site = await Site.StartAsync();
        var browser = await site.SignedInAsync("ann");
        var cookie = Assert.Single(browser.SetCookies);
        Assert.Equal("__Host-Cookies", cookie.Name.ToString());
        Assert.Equal((true, true, Microsoft.Net.Http.Headers.SameSiteMode.Lax, "/"), (cookie.Secure, cookie.HttpOnly, cookie.SameSite, cookie.Path));
        Assert.Null(cookie.Expires);
        var handle = Assert.Single(await site.HandlesAsync("ann"));
        Assert.Equal($"ann {handle}", await browser.GetAsync("/me"));
        Assert.Empty(browser.SetCookies);
        Assert.Null(await site.Sessions.GetAsync(browser.Cookie));
        Assert.Equal("nobody", await site.NewBrowser().GetAsync("/me"));
    }

    [Fact]
    public async Task Signing_in_again_gives_a_new_cookie_to_the_same_session_and_the_old_cookie_opens_nothing()
    {
        await using var site = await Site.StartAsync(app: app => app.MapPost("/note", (HttpContext http, string text) =>
            http.GetJamSession()!.PatchAsync(SessionData.From($$"""{"note": "{{text}}"}"""))));
        var browser = await site.SignedInAsync("ann");
        await browser.PostAsync("/note?text=kept");
        var (before, handle) = (browser.Copy(), Assert.Single(await site.HandlesAsync()));

        Assert.Equal(handle, await browser.SignInAsync("ann"));
        Assert.Single(browser.SetCookies);
        Assert.NotEqual(before.Cookie, browser.Cookie);
        Assert.Equal("ann", await browser.MeAsync());
        Assert.Equal("nobody", await before.MeAsync());
        Assert.Equal([handle], await site.HandlesAsync());
        Assert.Contains("kept", Assert.Single(await site.Sessions.ListAsync("ann")).Data!.Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_in_the_same_browser_gets_a_session_of_their_own_and_the_old_one_ends()
    {
        await using var site = await Site.StartAsync();
        var browser = await site.SignedInAsync("ann");
        var before = browser.Copy();
        await browser.SignInAsync("bob");
        Assert.Single(browser.SetCookies);
        Assert.Equal(("bob", "nobody"), (await browser.MeAsync(), await before.MeAsync()));
        Assert.Empty(await site.HandlesAsync("ann"));
        Assert.Single(await site.HandlesAsync("bob"));
    }

    [Theory]
    [InlineData("", "ann")]
    [InlineData("", "out")]
    [InlineData("", "ann,ann")]
    [InlineData("", "ann,bob")]
    [InlineData("", "ann,out")]
    [InlineData("", "out,ann")]
    [InlineData("", "ann,out,bob")]
    [InlineData("ann", "ann")]
    [InlineData("ann", "out")]
    [InlineData("ann", "ann,ann")]
    [InlineData("ann", "bob,ann")]
    [InlineData("ann", "ann,out")]
    [InlineData("ann", "bob,out")]
    [InlineData("ann", "out,ann")]
    [InlineData("ann", "out,bob")]
    [InlineData("ann", "out,out")]
    [InlineData("ann", "out,ann,out")]
    [InlineData("ann", "ann,out,ann")]
    public async Task Whatever_a_request_does_in_which_order_there_is_one_Set_Cookie_and_no_orphan(string signedIn, string steps)
    {
        await using var site = await Site.StartAsync(app: app => app.MapPost("/steps", async (HttpContext http) =>
        {
            foreach (var step in steps.Split(','))
            {
                await (step == "out" ? http.SignOutAsync() : http.SignInAsync(Site.User(step)));
            }
        }));
        var browser = signedIn.Length > 0 ? await site.SignedInAsync(signedIn) : site.NewBrowser();
        var before = browser.Copy();
        await browser.PostAsync("/steps");

        var last = steps.Split(',')[^1];
        Assert.Single(browser.SetCookies);
        Assert.Equal(last == "out" ? "nobody" : last, await browser.MeAsync());
        Assert.Equal("nobody", await before.MeAsync());
        Assert.Equal(last == "out" ? 0 : 1, (await site.Sessions.CountAsync()).Sessions);
    }

    [Fact]
    public async Task Two_sign_ins_at_once_with_one_cookie_leave_no_session_that_the_old_cookie_opens()
    {
        await using var site = await Site.StartAsync();
        var browser = await site.SignedInAsync("ann");
        var before = browser.Copy();
        Browser[] tabs = [.. Enumerable.Range(0, 8).Select(_ => browser.Copy())];
        await Task.WhenAll(tabs.Select(tab => tab.SignInAsync("ann")));
        Assert.Equal("nobody", await before.MeAsync());
        Assert.All(await Task.WhenAll(tabs.Select(tab => tab.GetAsync("/me"))), me => Assert.True(me.StartsWith("ann", StringComparison.Ordinal) || me == "nobody"));
    }

    [Fact]
    public async Task A_sign_out_that_meets_a_rotation_ends_the_session_all_the_same()
    {
        Browser? otherTab = null;
        await using var site = await Site.StartAsync(app: app => app.MapPost("/late-sign-out", async (HttpContext http) =>
        {
            await otherTab!.SignInAsync("ann");
            await http.SignOutAsync();
        }));
        var browser = await site.SignedInAsync("ann");
        otherTab = browser.Copy();
        await browser.PostAsync("/late-sign-out");
        Assert.Equal(("nobody", "nobody"), (await browser.MeAsync(), await otherTab.MeAsync()));
        Assert.Empty(await site.HandlesAsync());
    }

    [Fact]
    public async Task Who_has_no_user_id_is_not_signed_in_and_is_told_which_option_to_set()
    {
        await using var site = await Site.StartAsync(app: app => app.MapPost("/nameless", (HttpContext http) =>
            http.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim("email", "a@b")], "test")))));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => site.NewBrowser().PostAsync("/nameless"));
        Assert.Contains("JamTicketOptions.UserId", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_ring_the_cookie_can_be_the_id_itself()
    {
        await using var site = await Site.StartAsync(o => (o.Cookie, o.AllowHttp) = (TicketCookie.PlainId, true), cookie => cookie.Cookie.Name = "session");
        var browser = await site.SignedInAsync("ann");
        Assert.Equal("session", Assert.Single(browser.SetCookies).Name.ToString());
        Assert.Equal("ann", (await site.Sessions.GetAsync(browser.Cookie))!.Key);
        var before = browser.Cookie;
        await browser.SignInAsync("ann");
        Assert.NotEqual(before, browser.Cookie);
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task A_session_without_a_ticket_signs_in_whom_the_host_says()
    {
        await using var site = await Site.StartAsync(o =>
        {
            o.Cookie = TicketCookie.PlainId;
            o.TicketFromSession = session => new AuthenticationTicket(Site.User(session.Key), Site.Scheme);
        });
        var id = await site.Sessions.CreateAsync("ann", SessionData.From("""{"cart": [1]}"""));
        var browser = site.NewBrowser();
        browser.Cookies["__Host-Cookies"] = id;
        Assert.Equal("ann", await browser.MeAsync());
        var (before, handle) = (browser.Copy(), Assert.Single(await site.HandlesAsync()));
        await browser.SignInAsync("ann");
        Assert.Equal(("ann", "nobody"), (await browser.MeAsync(), await before.MeAsync()));
        Assert.Equal([handle], await site.HandlesAsync());

        // Sessions that are nobody's are not for it.
        before.Cookies["__Host-Cookies"] = await site.Sessions.CreateAsync("~anonymous/1", SessionData.Empty);
        Assert.Equal("nobody", await before.MeAsync());
    }

    [Fact]
    public async Task No_list_event_or_page_shows_a_ticket()
    {
        await using var site = await Site.StartAsync();
        using var events = await site.Sessions.SendAsync(new WatchSessions());
        var browser = await site.SignedInAsync("ann");
        await browser.SignInAsync("ann");
        await browser.PostAsync("/sign-out");
        await site.SignedInAsync("ann");
        Assert.DoesNotContain("jam:", Assert.Single(await site.Sessions.ListAsync("ann")).Data!.Json, StringComparison.Ordinal);
        var told = 0;
        await foreach (var happened in events)
        {
            Assert.DoesNotContain("jam:", ((SessionChangeEvent)happened).Data.Json, StringComparison.Ordinal);
            if (++told == 4)
            {
                break;
            }
        }
    }
}
