using Microsoft.Playwright;

namespace Jam.Sessions.Actors.Browser.Support;

/// <summary>What users do.</summary>
internal static class Visits
{
    /// <summary>A page of a device on which a user has signed in.</summary>
    public static async Task<IPage> SignInAsync(Chromium chromium, TestSite site, Device device, bool hasScript = true, string user = "ann")
    {
        var page = await (await chromium.NewDeviceAsync(device, hasScript)).NewPageAsync();
        await page.GotoAsync($"{site.Url}/");
        await SignInAsync(page, user);
        return page;
    }

    /// <summary>Fills the form in that is shown.</summary>
    public static async Task SignInAsync(IPage page, string user = "ann")
    {
        await page.GetByLabel("Name").FillAsync(user);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page).ToHaveTitleAsync($"Hello {user}");
    }

    /// <summary>The value of the session's cookie.</summary>
    public static async Task<string> CookieAsync(IPage page) => (await page.Context.CookiesAsync()).Single(cookie => cookie.Name == "__Host-Cookies").Value;
}
