using System.Text;
using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>What of a ticket stands in the store, what it costs to read, and what is done with one that cannot be read.</summary>
public sealed class TicketsAtRestSpec
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Saved_tokens_in_a_readable_file_warn_once_unless_tickets_are_protected(bool isProtected, bool isInMemory)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await using var site = await Site.StartAsync(
                o => o.ProtectTickets = isProtected, engine: o => (o.InMemory, o.JsonPath) = (isInMemory, Path.Combine(folder.FullName, "sessions.json")), app: MapTokens);
            var browser = site.NewBrowser();
            await browser.PostAsync("/with-tokens");
            await browser.PostAsync("/with-tokens");
            Assert.Equal("hunter2", await browser.GetAsync("/token"));
            Assert.Equal(isProtected || isInMemory ? 0 : 1, site.Log.Warnings.Count(line => line.Contains("Set ProtectTickets", StringComparison.Ordinal)));
            Assert.DoesNotContain(site.Log.Lines, line => line.Text.Contains("hunter2", StringComparison.Ordinal));

            await site.Sessions.FlushAsync();
            if (!isInMemory)
            {
                using var file = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder.FullName, "sessions.json")));
                using var data = System.Text.Json.JsonDocument.Parse(file.RootElement.GetProperty("_default").GetProperty("1").GetProperty("data").GetString()!);
                var bytes = data.RootElement.GetProperty(Members.Ticket).GetBytesFromBase64();
                Assert.Equal(!isProtected, Encoding.UTF8.GetString(bytes).Contains("hunter2", StringComparison.Ordinal));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("BgAAAAA")]
    [InlineData("not base64")]
    [InlineData("")]
    public async Task A_ticket_that_cannot_be_read_signs_nobody_in_and_is_told_once(string ticket)
    {
        await using var site = await Site.StartAsync(o => o.Cookie = TicketCookie.PlainId);
        var browser = site.NewBrowser();
        browser.Cookies["__Host-Cookies"] = await site.Sessions.CreateAsync("ann", SessionData.From($$"""{"jam:ticket": "{{ticket}}"}"""));
        Assert.Equal(("nobody", "nobody"), (await browser.MeAsync(), await browser.MeAsync()));
        Assert.True(site.Log.Lines.Count(line => line.Level == LogLevel.Warning) <= 1);
        await browser.SignInAsync("ann");
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public void A_ticket_is_deserialized_once_for_each_change_of_it_and_not_for_a_change_of_its_session()
    {
        var decoded = 0;
        var ticket = new AuthenticationTicket(Site.User("ann"), Site.Scheme);
        var cache = new TicketCache(10, session => Members.BytesOf(session.Data, Members.Ticket), bytes =>
        {
            decoded++;
            return new CachedTicket(bytes, ticket, ticket, null);
        });
        Session Of(string json) => new("id", "ann", SessionData.From(json), null);
        var first = Of("""{"jam:ticket": "AAAA"}""");
        cache.Of(first);
        cache.Of(first);

        // With hashed ids each read is a value of its own over the same data.
        cache.Of(new Session("id", "ann", first.Data, null));
        cache.Of(Of("""{"jam:ticket": "AAAA", "cart": [1]}"""));
        Assert.Equal(1, decoded);
        cache.Of(Of("""{"jam:ticket": "AAAB"}"""));
        Assert.Equal(2, decoded);
        Assert.Null(cache.Of(Of("{}")));
        for (var i = 0; i < 20; i++)
        {
            cache.Of(Of($$"""{"jam:ticket": "AB{{i:00}}"}"""));
        }

        cache.Of(first);
        Assert.Equal(23, decoded);
    }

    [Fact]
    public async Task Each_request_has_a_ticket_of_its_own()
    {
        await using var site = await Site.StartAsync(app: app => app.MapGet("/spoil", (HttpContext http) =>
            http.User.AddIdentity(new System.Security.Claims.ClaimsIdentity([new("role", "admin")]))));
        var browser = await site.SignedInAsync("ann");
        await browser.GetAsync("/spoil");
        await browser.GetAsync("/spoil");
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task An_upstream_logout_ends_the_sessions_that_it_signed_in_and_no_other()
    {
        await using var site = await Site.StartAsync(app: app =>
        {
            app.MapPost("/from", (HttpContext http, string user, string issuer, string sid) =>
                http.SignInAsync(Site.User(user, new System.Security.Claims.Claim("sid", sid, null, issuer))));
            app.MapPost("/logout-token", (IJamTickets tickets, string issuer, string sid) => tickets.EndUpstreamAsync(issuer, sid));
        });
        var (one, two, other) = (site.NewBrowser(), site.NewBrowser(), site.NewBrowser());
        await one.PostAsync("/from?user=ann&issuer=https://a&sid=s1");
        await two.PostAsync("/from?user=ann&issuer=https://a&sid=s2");
        await other.PostAsync("/from?user=bob&issuer=https://b&sid=s1");
        var plain = await site.SignedInAsync("ann");
        Assert.Equal("1", await site.NewBrowser().PostAsync("/logout-token?issuer=https://a&sid=s1"));
        Assert.Equal(["nobody", "ann", "bob", "ann"], [await one.MeAsync(), await two.MeAsync(), await other.MeAsync(), await plain.MeAsync()]);
    }

    private static void MapTokens(WebApplication app)
    {
        app.MapPost("/with-tokens", (HttpContext http) =>
        {
            var properties = new AuthenticationProperties();
            properties.StoreTokens([new AuthenticationToken { Name = "access_token", Value = "hunter2" }]);
            return http.SignInAsync(Site.User("ann"), properties);
        });
        app.MapGet("/token", async (HttpContext http) => $"{await http.GetTokenAsync("access_token")}");
    }
}
