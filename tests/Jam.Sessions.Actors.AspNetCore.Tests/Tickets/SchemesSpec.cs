using System.Text.Encodings.Web;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Tickets;

/// <summary>Which schemes have their tickets in the engine, and what cannot work fails the start.</summary>
public sealed class SchemesSpec
{
    [Fact]
    public async Task Two_schemes_with_one_realm_fail_the_start()
    {
        var error = await FailingAsync(services =>
        {
            services.AddAuthentication().AddCookie("one").AddCookie("two");
            services.AddJamTickets("one");
            services.AddJamTickets("two");
        });
        Assert.Contains("one's user 7 would be the other's", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_of_two_realms_with_one_id_are_two_users()
    {
        await using var site = await Site.StartBareAsync(
            null,
            services =>
            {
                services.AddJamTickets("two", o => o.Realm = "partners");
                services.AddAuthentication("one").AddCookie("one").AddCookie("two");
                services.AddJamTickets("one");
            },
            app =>
            {
                app.MapPost("/both", async (HttpContext http) =>
                {
                    await http.SignInAsync("one", Site.User("7"));
                    await http.SignInAsync("two", Site.User("7"));
                });
                app.MapGet("/both", async (HttpContext http) =>
                {
                    await http.AuthenticateAsync("two");
                    return $"{http.GetJamSession("one")?.Handle} {http.GetJamSession("two")?.Handle}";
                });
                app.MapPost("/end", (IJamTickets tickets) => tickets.EndUserAsync("7", "two"));
            });
        var browser = site.NewBrowser();
        await browser.PostAsync("/both");
        Assert.Equal(["__Host-one", "__Host-two"], browser.Cookies.Keys.Order());
        var (one, two) = (Assert.Single(await site.HandlesAsync("7")), Assert.Single(await site.HandlesAsync("~partners/7")));
        Assert.Equal($"{one} {two}", await browser.GetAsync("/both"));
        Assert.Equal("1", await browser.PostAsync("/end"));
        Assert.Equal($"{one} ", await browser.GetAsync("/both"));
    }

    [Theory]
    [InlineData("", "7", "7")]
    [InlineData("", "~partners/7", "~/~partners/7")]
    [InlineData("partners", "7", "~partners/7")]
    [InlineData("partners", "~x/7", "~partners/~x/7")]
    public void No_two_users_share_a_key(string realm, string userId, string key)
    {
        Assert.Equal(key, TicketKeys.Of(realm, userId));
        Assert.True(TicketKeys.IsOf(realm, key));
        Assert.False(TicketKeys.IsOf("other", key));
        Assert.Equal(realm.Length == 0, TicketKeys.IsOf("", key));
    }

    [Fact]
    public async Task A_cookie_of_one_scheme_signs_nobody_in_at_the_other()
    {
        await using var site = await Site.StartBareAsync(null, services =>
        {
            services.AddAuthentication("one").AddCookie("one").AddCookie("two");
            services.AddJamTickets("one", o => (o.Realm, o.Cookie) = ("staff", TicketCookie.PlainId));
            services.AddJamTickets("two", o => o.Cookie = TicketCookie.PlainId);
        });
        var browser = await site.SignedInAsync("7");
        Assert.Equal("7", await browser.MeAsync());
        browser.Cookies["__Host-one"] = await site.Sessions.CreateAsync("7", (await site.Sessions.GetAsync(browser.Cookie))!.Data);
        Assert.Equal("nobody", await browser.MeAsync());
    }

    [Fact]
    public async Task A_realm_of_another_shape_fails_the_start() =>
        Assert.Contains("realm", await FailingAsync(services => services.AddJamTickets(o => o.Realm = "anonymous").AddAuthentication().AddCookie()), StringComparison.Ordinal);

    [Fact]
    public async Task No_cookie_scheme_and_too_many_of_them_fail_the_start()
    {
        Assert.Contains("AddCookie()", await FailingAsync(services => services.AddJamTickets().AddAuthentication()), StringComparison.Ordinal);
        Assert.Contains("one, two", await FailingAsync(services => services.AddJamTickets().AddAuthentication().AddCookie("one").AddCookie("two")), StringComparison.Ordinal);
        Assert.Contains("three", await FailingAsync(services => services.AddJamTickets("three").AddAuthentication().AddCookie("one")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_somebody_else_exchanged_fails_the_start() => Assert.Contains(
        nameof(OtherHandler),
        await FailingAsync(services =>
        {
            services.AddAuthentication().AddCookie();
            services.Configure<AuthenticationOptions>(o => o.SchemeMap[Site.Scheme].HandlerType = typeof(OtherHandler));
            services.AddJamTickets();
        }),
        StringComparison.Ordinal);

    [Fact]
    public async Task A_session_store_of_somebody_else_fails_the_start() => Assert.Contains(
        "SessionStore already",
        await FailingAsync(services => services.AddJamTickets().AddAuthentication().AddCookie(o => o.SessionStore = new RecordingStore([]))),
        StringComparison.Ordinal);

    [Fact]
    public async Task A_ticket_format_of_somebody_else_fails_the_start_where_it_would_be_replaced()
    {
        Assert.Contains(
            "TicketDataFormat of its own",
            await FailingAsync(services => services.AddJamTickets(o => o.Cookie = TicketCookie.PlainId).AddAuthentication().AddCookie(o => o.TicketDataFormat = new PlainIdFormat("other"))),
            StringComparison.Ordinal);
        await using var site = await Site.StartAsync(cookie: o => o.TicketDataFormat = new PlainIdFormat(Site.Scheme));
        Assert.NotNull(await site.Sessions.GetAsync((await site.SignedInAsync("ann")).Cookie));
    }

    [Fact]
    public async Task A_size_of_the_cache_below_nothing_fails_the_start() =>
        Assert.Contains("CachedTickets", await FailingAsync(services => services.AddJamTickets(o => o.CachedTickets = -1).AddAuthentication().AddCookie()), StringComparison.Ordinal);

    [Fact]
    public async Task A_cookie_that_scripts_or_plain_http_could_see_is_none_and_that_is_said()
    {
        await using var site = await Site.StartAsync(cookie: o => (o.Cookie.HttpOnly, o.Cookie.SecurePolicy) = (false, CookieSecurePolicy.None));
        var browser = await site.SignedInAsync("ann");
        Assert.All(browser.SetCookies, cookie => Assert.True(cookie is { HttpOnly: true, Secure: true }));
        var warning = Assert.Single(site.Log.Warnings, text => text.Contains("no effect", StringComparison.Ordinal));
        Assert.All((string[])["HttpOnly = false", "SecurePolicy = None", "AllowHttp"], part => Assert.Contains(part, warning, StringComparison.Ordinal));

        await using var plain = await Site.StartAsync(o => o.AllowHttp = true, o => o.Cookie.SecurePolicy = CookieSecurePolicy.None);
        Assert.DoesNotContain(plain.Log.Warnings, text => text.Contains("no effect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_does_not_exist_fails_the_start() => Assert.Contains(
        "AddJamSessions(\"elsewhere\"", await FailingAsync(services => services.AddJamTickets(o => o.Store = "elsewhere").AddAuthentication().AddCookie()), StringComparison.Ordinal);

    private static async Task<string> FailingAsync(Action<IServiceCollection> services) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await Site.StartBareAsync(null, services)).DisposeAsync())).Message;

    private sealed class OtherHandler(IOptionsMonitor<CookieAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder) : CookieAuthenticationHandler(options, logger, encoder);
}
