using System.Net;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Devices;

/// <summary>The page "your devices", and what it is made from.</summary>
public sealed class DevicesSpec
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private const string Phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

    [Fact]
    public async Task Three_devices_see_each_other_and_one_signs_out_another_and_then_the_others()
    {
        await using var site = await StartAsync();
        var (desk, phone, odd) = (await site.SignedInAsync("ann", agent: Firefox), await site.SignedInAsync("ann", agent: Phone), await site.SignedInAsync("ann", agent: "<script>alert(1)</script>"));
        var bob = await site.SignedInAsync("bob");
        site.Time.Advance(TimeSpan.FromHours(3));
        var page = await desk.GetAsync("/devices");
        Assert.Equal(["Firefox on Linux", "Safari on iPhone", "Unknown device"], Names(page).Order());
        Assert.StartsWith("Firefox on Linux", Names(page)[0], StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(page, "This device"));
        Assert.Contains("3 hours ago", page, StringComparison.Ordinal);

        await SignOutAsync(desk, page, "handle", Regex.Match(page, "Safari on iPhone.*?name=\"handle\" value=\"([^\"]+)\"", RegexOptions.Singleline).Groups[1].Value);
        Assert.Equal(("ann", "nobody", "ann"), (await desk.MeAsync(), await phone.MeAsync(), await odd.MeAsync()));
        page = await desk.GetAsync("/devices?done=handle");
        Assert.Contains("That device is signed out.", page, StringComparison.Ordinal);
        await SignOutAsync(desk, page, "others", "1");
        Assert.Equal(("ann", "nobody", "bob"), (await desk.MeAsync(), await odd.MeAsync(), await bob.MeAsync()));
        Assert.DoesNotContain("everywhere else</button>", await desk.GetAsync("/devices"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_has_no_id_no_script_and_no_place_in_a_frame_or_a_cache()
    {
        await using var site = await StartAsync(o => (o.Cookie, o.DeviceName) = (TicketCookie.PlainId, agent => agent ?? ""));
        var (desk, odd) = (await site.SignedInAsync("ann"), await site.SignedInAsync("ann", agent: "<script>alert('x')</script>"));
        using var response = await desk.SendAsync(HttpMethod.Get, "/devices");
        var page = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain(desk.Cookies["__Host-Cookies"], page, StringComparison.Ordinal);
        Assert.DoesNotContain(odd.Cookie, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_token_or_by_another_method_it_changes_nothing()
    {
        await using var site = await StartAsync();
        var (desk, phone) = (await site.SignedInAsync("ann"), await site.SignedInAsync("ann"));
        var page = await desk.GetAsync("/devices");
        using var forged = await desk.SendAsync(HttpMethod.Post, "/devices", new FormUrlEncodedContent([new("others", "1")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var empty = await desk.SendAsync(HttpMethod.Post, "/devices");
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        using var get = await desk.SendAsync(HttpMethod.Get, "/devices?others=1");
        using var put = await desk.SendAsync(HttpMethod.Put, "/devices", new FormUrlEncodedContent([new("others", "1"), new(Token(page).Name, Token(page).Value)]));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
        Assert.Equal("ann", await phone.MeAsync());
    }

    [Fact]
    public async Task Nobody_signs_out_a_device_of_another_user()
    {
        await using var site = await StartAsync();
        var (ann, bob) = (await site.SignedInAsync("ann"), await site.SignedInAsync("bob"));
        await site.SignedInAsync("ann");
        await SignOutAsync(ann, await ann.GetAsync("/devices"), "handle", Assert.Single(await site.HandlesAsync("bob")));
        Assert.Equal("bob", await bob.MeAsync());
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_sent_to_sign_in()
    {
        await using var site = await StartAsync();
        using var response = await site.NewBrowser().SendAsync(HttpMethod.Get, "/devices");
        Assert.Equal((HttpStatusCode.Redirect, "/Account/Login"), (response.StatusCode, response.Headers.Location!.AbsolutePath));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_address_is_kept_where_that_is_asked_for_and_nowhere_else(bool isKept)
    {
        await using var site = await Site.StartAsync(o => o.KeepAddress = isKept, app: app => app.MapJamDevices("/devices"), onKestrel: true);
        var browser = await site.SignedInAsync("ann");
        Assert.Equal(isKept, (await browser.GetAsync("/devices")).Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.Equal(isKept, Assert.Single(await site.Sessions.ListAsync("ann")).Data!.Json.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Firefox, "Firefox on Linux")]
    [InlineData(Phone, "Safari on iPhone")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari on Mac")]
    [InlineData("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet on Android")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone")]
    [InlineData("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on ChromeOS")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0", "Opera on Windows")]
    [InlineData("curl/7.88.1", "curl")]
    [InlineData("something else", "Unknown device")]
    [InlineData(null, "Unknown device")]
    public void Devices_have_names(string? agent, string name) => Assert.Equal(name, DeviceNames.Of(agent));

    [Fact]
    public async Task A_user_agent_of_any_length_is_cut()
    {
        await using var site = await StartAsync();
        await site.SignedInAsync("ann", agent: new string('x', 5000));
        Assert.True(Assert.Single(await site.Sessions.ListAsync("ann")).Data!.Length < 400);
    }

    private static Task<Site> StartAsync(Action<JamTicketOptions>? tickets = null) => Site.StartAsync(tickets, app: app => app.MapJamDevices("/devices", "/"));

    private static string[] Names(string page) => [.. Regex.Matches(page, "<h2[^>]*>([^<]*)").Select(match => match.Groups[1].Value)];

    private static (string Name, string Value) Token(string page)
    {
        var field = Regex.Match(page, "<input type=\"hidden\" name=\"(__[^\"]+)\" value=\"([^\"]+)\"");
        return (field.Groups[1].Value, field.Groups[2].Value);
    }

    private static async Task SignOutAsync(Browser browser, string page, string field, string value)
    {
        using var response = await browser.SendAsync(HttpMethod.Post, "/devices", new FormUrlEncodedContent([new(Token(page).Name, Token(page).Value), new(field, value)]));
        Assert.Equal((HttpStatusCode.SeeOther, $"/devices?done={field}"), (response.StatusCode, response.Headers.Location!.OriginalString));
    }
}
