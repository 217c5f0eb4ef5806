using Jam.Sessions.Actors.Browser.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jam.Sessions.Actors.Browser;

/// <summary>A circuit of Blazor Server lives as long as the session that opened it, and no longer.</summary>
[Collection(BrowserTests.Name)]
public sealed class CircuitsInTheBrowserSpec(Chromium chromium)
{
    [BrowserFact]
    public async Task A_circuit_ends_with_its_session_and_does_not_come_back()
    {
        await using var site = await TestSite.StartAsync();
        var phone = await OpenAsync(site, Device.Phone);
        var button = phone.GetByRole(AriaRole.Button, new() { Name = "clicked" });
        await button.ClickAsync();
        await Expect(button).ToHaveTextAsync("clicked 1 times");

        var desk = await Visits.SignInAsync(chromium, site, Device.Desk);
        await desk.GotoAsync($"{site.Url}/devices");
        await desk.GetByText("Sign out everywhere else").ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Status)).ToHaveTextAsync("You are signed out everywhere else.");

        // The browser comes back to the circuit without a sign-in, is refused, and loads the page anew.
        await Expect(phone).ToHaveTitleAsync("Sign in");
    }

    [BrowserFact]
    public async Task A_connection_that_breaks_ends_no_circuit()
    {
        await using var site = await TestSite.StartAsync();
        var page = await OpenAsync(site, Device.Desk);
        var button = page.GetByRole(AriaRole.Button, new() { Name = "clicked" });
        await button.ClickAsync();
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(page.Locator("#components-reconnect-modal")).ToBeAttachedAsync();
        await page.EvaluateAsync("Blazor.reconnect()");
        await button.ClickAsync();
        await Expect(button).ToHaveTextAsync("clicked 2 times");
    }

    /// <summary>Its cookie is lost, so the new connection is nobody's; the circuit is still its session's.</summary>
    [BrowserFact]
    public async Task A_circuit_that_somebody_without_a_cookie_came_back_to_ends_with_its_session_too()
    {
        await using var site = await TestSite.StartAsync();
        var page = await OpenAsync(site, Device.Desk);
        var button = page.GetByRole(AriaRole.Button, new() { Name = "clicked" });
        await page.Context.ClearCookiesAsync();
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(page.Locator("#components-reconnect-modal")).ToBeAttachedAsync();
        await page.EvaluateAsync("Blazor.reconnect()");
        await button.ClickAsync();
        await Expect(button).ToHaveTextAsync("clicked 1 times");

        var failed = page.WaitForConsoleMessageAsync(new() { Predicate = message => message.Text.Contains("unhandled exception on the current circuit", StringComparison.Ordinal) });
        Assert.Equal(1, await site.Sessions.ClearAsync("ann"));
        while (!failed.IsCompleted)
        {
            await button.ClickAsync(new() { Force = true });
        }

        await failed;
    }

    [BrowserFact]
    public async Task Clicks_in_a_circuit_are_activity()
    {
        await using var site = await TestSite.StartAsync();
        var page = await OpenAsync(site, Device.Desk);
        var button = page.GetByRole(AriaRole.Button, new() { Name = "clicked" });
        for (var i = 1; i <= 3; i++)
        {
            site.Time.Advance(TimeSpan.FromHours(5));
            await button.ClickAsync();
            await Expect(button).ToHaveTextAsync($"clicked {i} times");
        }

        await page.GotoAsync($"{site.Url}/");
        await Expect(page).ToHaveTitleAsync("Hello ann");
    }

    private async Task<IPage> OpenAsync(TestSite site, Device device)
    {
        var page = await Visits.SignInAsync(chromium, site, device);
        await page.GotoAsync($"{site.Url}/circuit");
        await Expect(page.GetByRole(AriaRole.Button)).ToHaveTextAsync("clicked 0 times");
        return page;
    }
}
