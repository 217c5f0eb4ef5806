using Jam.Sessions.Actors.AspNetCore;
using Jam.Sessions.Actors.Browser.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jam.Sessions.Actors.Browser;

/// <summary>Sign-in and "your devices" as users meet them, in a real browser over real sockets.</summary>
[Collection(BrowserTests.Name)]
public sealed class DevicesInTheBrowserSpec(Chromium chromium)
{
    private static readonly string s_shots = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    [BrowserFact]
    public async Task Three_devices_see_each_other_and_one_signs_out_the_others_whose_open_connections_end()
    {
        await using var site = await TestSite.StartAsync();
        var laptop = await SignedInAsync(site, Device.Laptop);
        site.Time.Advance(TimeSpan.FromHours(5));
        var phone = await SignedInAsync(site, Device.Phone);
        site.Time.Advance(TimeSpan.FromHours(2));
        var desk = await SignedInAsync(site, Device.Desk);
        foreach (var page in new[] { laptop, phone, desk })
        {
            await Expect(page.Locator("#live")).ToHaveTextAsync("open");
        }

        await desk.GetByText("Your devices").ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        await Expect(desk.GetByRole(AriaRole.Listitem).First).ToContainTextAsync("Firefox on LinuxThis device");
        await Expect(desk.GetByRole(AriaRole.Listitem).Nth(1)).ToContainTextAsync("Safari on iPhone");
        await Expect(desk.GetByRole(AriaRole.Listitem).Nth(2)).ToContainTextAsync("Edge on Windows");
        await desk.ScreenshotAsync(new() { Path = Path.Combine(s_shots, "devices-desk.png"), FullPage = true });
        await desk.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await desk.ScreenshotAsync(new() { Path = Path.Combine(s_shots, "devices-dark.png"), FullPage = true });

        await desk.GetByText("Sign out everywhere else").ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Status)).ToHaveTextAsync("You are signed out everywhere else.");
        await Expect(desk.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await desk.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await desk.ScreenshotAsync(new() { Path = Path.Combine(s_shots, "devices-alone.png"), FullPage = true });
        foreach (var page in new[] { laptop, phone })
        {
            await Expect(page.Locator("#live")).ToHaveTextAsync("ended");
            await page.GetByText("Again", new() { Exact = true }).ClickAsync();
            await Expect(page).ToHaveTitleAsync("Sign in");
        }

        await desk.GetByText("Back").ClickAsync();
        await Expect(desk).ToHaveTitleAsync("Hello ann");
    }

    [BrowserFact]
    public async Task One_device_is_signed_out_and_the_others_stay()
    {
        await using var site = await TestSite.StartAsync();
        var (desk, phone, laptop) = (await SignedInAsync(site, Device.Desk), await SignedInAsync(site, Device.Phone), await SignedInAsync(site, Device.Laptop));
        await desk.GotoAsync($"{site.Url}/devices");
        await desk.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "iPhone" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Status)).ToHaveTextAsync("That device is signed out.");
        await Expect(phone.Locator("#live")).ToHaveTextAsync("ended");
        await Expect(laptop.Locator("#live")).ToHaveTextAsync("open");
        await laptop.ReloadAsync();
        await Expect(laptop).ToHaveTitleAsync("Hello ann");
    }

    [BrowserFact]
    public async Task It_is_usable_on_a_phone_and_without_script()
    {
        await using var site = await TestSite.StartAsync();
        await SignedInAsync(site, Device.Desk);
        var phone = await SignedInAsync(site, Device.Phone, hasScript: false);
        await phone.GotoAsync($"{site.Url}/devices");
        await Expect(phone.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await phone.ScreenshotAsync(new() { Path = Path.Combine(s_shots, "devices-phone.png"), FullPage = true });
        foreach (var button in await phone.GetByRole(AriaRole.Button).AllAsync())
        {
            var box = (await button.BoundingBoxAsync())!;
            Assert.True(box is { X: >= 0, Height: >= 44 } && box.X + box.Width <= Device.Phone.Width, $"{box.X} {box.Width} {box.Height}");
        }

        await phone.GetByText("Sign out everywhere else").ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Status)).ToHaveTextAsync("You are signed out everywhere else.");
        Assert.Single(await site.Sessions.ListAsync("ann"));

        // With script, to be asked how wide it is.
        var wide = await SignedInAsync(site, Device.Phone);
        await wide.GotoAsync($"{site.Url}/devices");
        Assert.Equal(Device.Phone.Width, await wide.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [BrowserFact]
    public async Task The_page_is_one_that_a_keyboard_and_a_screen_reader_can_use()
    {
        await using var site = await TestSite.StartAsync();
        await SignedInAsync(site, Device.Phone);
        var desk = await SignedInAsync(site, Device.Desk);
        await desk.GotoAsync($"{site.Url}/devices");
        await Expect(desk.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Your devices");
        await Expect(desk.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true })).ToHaveAccessibleDescriptionAsync("Safari on iPhone");
        Assert.Equal("en", await desk.Locator("html").GetAttributeAsync("lang"));
        await desk.Keyboard.PressAsync("Tab");
        await desk.Keyboard.PressAsync("Tab");
        await Expect(desk.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true })).ToBeFocusedAsync();
        await desk.Keyboard.PressAsync("Enter");
        await Expect(desk.GetByRole(AriaRole.Status)).ToHaveTextAsync("That device is signed out.");
    }

    [BrowserFact]
    public async Task No_byte_of_the_page_is_an_id_and_nothing_of_it_is_blocked()
    {
        await using var site = await TestSite.StartAsync(o => o.Cookie = TicketCookie.PlainId);
        await SignedInAsync(site, Device.Phone);
        var desk = await SignedInAsync(site, Device.Desk);
        List<string> complaints = [];
        desk.Console += (_, message) => complaints.Add(message.Text);
        await desk.GotoAsync($"{site.Url}/devices");
        var id = (await desk.Context.CookiesAsync()).Single(cookie => cookie.Name == "__Host-Cookies").Value;
        Assert.NotNull(await site.Sessions.PeekAsync(id));
        Assert.DoesNotContain(id, await desk.ContentAsync(), StringComparison.Ordinal);
        Assert.Empty(complaints);
        Assert.NotEqual("rgba(0, 0, 0, 0)", await desk.EvaluateAsync<string>("getComputedStyle(document.querySelector('li')).backgroundColor"));
    }

    private Task<IPage> SignedInAsync(TestSite site, Device device, bool hasScript = true) => Visits.SignInAsync(chromium, site, device, hasScript);
}
