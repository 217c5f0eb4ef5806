using Jam.Sessions.Actors.Browser.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jam.Sessions.Actors.Browser;

/// <summary>A session's cookie, as a real browser keeps it.</summary>
[Collection(BrowserTests.Name)]
public sealed class SessionsInTheBrowserSpec(Chromium chromium)
{
    [BrowserFact]
    public async Task Signing_in_again_rotates_the_cookie_and_who_has_the_old_one_has_nothing()
    {
        await using var site = await TestSite.StartAsync();
        var page = await Visits.SignInAsync(chromium, site, Device.Desk);
        var old = (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "__Host-Cookies");
        Assert.True(old is { HttpOnly: true, Secure: true, SameSite: SameSiteAttribute.Lax });
        await page.GetByText("Sign in again").ClickAsync();
        await Visits.SignInAsync(page);
        Assert.NotEqual(old.Value, await Visits.CookieAsync(page));
        Assert.Single(await site.Sessions.ListAsync("ann"));

        var thief = await chromium.NewDeviceAsync(Device.Laptop);
        await thief.AddCookiesAsync([new() { Name = old.Name, Value = old.Value, Url = site.Url.Replace("http:", "https:", StringComparison.Ordinal), Secure = true }]);
        var stolen = await thief.NewPageAsync();
        await stolen.GotoAsync($"{site.Url}/");
        await Expect(stolen).ToHaveTitleAsync("Sign in");
    }

    [BrowserFact]
    public async Task A_slow_request_across_a_rotation_does_not_bring_the_old_cookie_back()
    {
        await using var site = await TestSite.StartAsync();
        var page = await Visits.SignInAsync(chromium, site, Device.Desk);

        // So old that every response sends the cookie again.
        site.Time.Advance(TimeSpan.FromHours(7));
        var slow = page.EvaluateAsync<string>("fetch('/slow').then(response => response.text())");
        await site.SlowReached.Task;
        var tab = await page.Context.NewPageAsync();
        await tab.GotoAsync($"{site.Url}/sign-in");
        await Visits.SignInAsync(tab);
        var fresh = await Visits.CookieAsync(tab);
        site.SlowMayGo.SetResult();
        Assert.Equal("slow", await slow);
        Assert.Equal(fresh, await Visits.CookieAsync(tab));
        await page.GetByText("Again", new() { Exact = true }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Hello ann");
    }

    [BrowserFact]
    public async Task The_back_button_after_a_sign_out_shows_nothing()
    {
        await using var site = await TestSite.StartAsync();
        var page = await Visits.SignInAsync(chromium, site, Device.Desk);
        await page.GotoAsync($"{site.Url}/devices");
        await page.GetByText("Back").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Sign in");
        await page.GoBackAsync();
        await Expect(page).ToHaveTitleAsync("Sign in");
        await page.GoBackAsync();
        await Expect(page).ToHaveTitleAsync("Sign in");
    }

    [BrowserFact]
    public async Task Two_tabs_are_one_session_and_are_out_together()
    {
        await using var site = await TestSite.StartAsync();
        var page = await Visits.SignInAsync(chromium, site, Device.Desk);
        var tab = await page.Context.NewPageAsync();
        await tab.GotoAsync($"{site.Url}/");
        await Expect(tab.Locator("#live")).ToHaveTextAsync("open");
        Assert.Single(await site.Sessions.ListAsync("ann"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Sign in");
        await Expect(tab.Locator("#live")).ToHaveTextAsync("ended");
        await tab.GetByText("Your devices").ClickAsync();
        await Expect(tab).ToHaveTitleAsync("Sign in");
    }

    [BrowserFact]
    public async Task Who_comes_often_stays_and_who_does_not_is_out()
    {
        await using var site = await TestSite.StartAsync();
        var page = await Visits.SignInAsync(chromium, site, Device.Desk);
        for (var i = 0; i < 3; i++)
        {
            site.Time.Advance(TimeSpan.FromHours(6));
            await page.GetByText("Again", new() { Exact = true }).ClickAsync();
            await Expect(page).ToHaveTitleAsync("Hello ann");
        }

        site.Time.Advance(TimeSpan.FromHours(9));
        await page.GetByText("Again", new() { Exact = true }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Sign in");
    }
}
