using System.Net;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.Tests.State;

/// <summary><c>HttpContext.Session</c> that loses nothing.</summary>
public sealed class SessionStateSpec
{
    private const string StateCookie = "__Host-state";

    [Fact]
    public async Task A_visitors_values_are_there_at_the_next_request_and_in_a_session_of_their_own()
    {
        await using var site = await StartAsync();
        var browser = site.NewBrowser();
        Assert.Equal(" ", await browser.GetAsync("/get?name=cart"));
        Assert.Empty(browser.SetCookies);
        Assert.Equal(0, (await site.Sessions.CountAsync()).Sessions);
        await browser.PostAsync("/set?name=cart&value=3");
        var cookie = Assert.Single(browser.SetCookies);
        Assert.Equal((StateCookie, true, true, null), (cookie.Name.ToString(), cookie.Secure, cookie.HttpOnly, cookie.Expires));
        var session = await OnlyAsync(site);
        Assert.StartsWith("~anonymous/", session.SessionKey, StringComparison.Ordinal);
        Assert.Equal(session.Session.CreatedAt + TimeSpan.FromMinutes(20), session.Session.ExpiresAt);
        Assert.Equal($"3 {session.Session.Handle}", await browser.GetAsync("/get?name=cart"));
        await browser.PostAsync("/set?name=lang&value=de");
        await browser.PostAsync("/remove?name=cart");
        Assert.Equal($"lang=de {session.Session.Handle}", await browser.GetAsync("/all"));
        await browser.PostAsync("/clear");
        Assert.Equal($" {session.Session.Handle}", await browser.GetAsync("/all"));
        Assert.Null(await site.Sessions.GetAsync(browser.Cookie));

        site.Time.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal(" ", await browser.GetAsync("/all"));
        await browser.PostAsync("/set?name=cart&value=4");
        Assert.Single(browser.SetCookies);
        Assert.StartsWith("cart=4", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_visitor_who_keeps_coming_keeps_the_session_whether_pages_ask_for_it_or_not()
    {
        await using var site = await StartAsync(app: app => app.MapGet("/plain", () => "plain"));
        var browser = site.NewBrowser();
        await browser.PostAsync("/set?name=cart&value=3");
        for (var i = 0; i < 3; i++)
        {
            site.Time.Advance(TimeSpan.FromMinutes(15));
            await browser.GetAsync("/plain");
        }

        Assert.StartsWith("cart=3 ", await browser.GetAsync("/all"), StringComparison.Ordinal);

        // Pages that are no activity keep nobody.
        site.Time.Advance(TimeSpan.FromMinutes(15));
        await browser.GetAsync("/poll");
        site.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(" ", await browser.GetAsync("/all"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_requests_at_once_that_change_different_values_are_both_kept(bool isSignedIn)
    {
        await using var site = await StartAsync();
        var browser = isSignedIn ? await site.SignedInAsync("ann") : site.NewBrowser();
        await browser.PostAsync("/set?name=first&value=1");
        await using (var slow = await SlowAsync(browser, "cart", "3"))
        {
            await browser.PostAsync("/set?name=lang&value=de");
            await browser.PostAsync("/remove?name=first");
        }

        Assert.StartsWith("cart=3,lang=de ", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/clear")]
    [InlineData("/sign-out")]
    public async Task A_logout_during_a_slow_request_stays_a_logout(string logout)
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann");
        await browser.PostAsync("/set?name=user&value=ann");
        await using (var slow = await SlowAsync(browser, "cart", "3"))
        {
            await browser.PostAsync(logout);
        }

        Assert.DoesNotContain("user=", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.Equal(logout == "/sign-out" ? 0 : 1, (await site.Sessions.CountAsync()).Sessions);
        Assert.Equal(logout == "/sign-out", site.Log.Lines.Any(line => line.Text.Contains("were dropped: the session had ended", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_rotation_during_a_slow_request_loses_nothing()
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann");
        await browser.PostAsync("/set?name=first&value=1");
        await using (var slow = await SlowAsync(browser.Copy(), "cart", "3"))
        {
            await browser.SignInAsync("ann");
        }

        Assert.StartsWith("cart=3,first=1 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_fails_fails_the_response_and_sets_no_cookie()
    {
        await using var site = await StartAsync(onKestrel: true);
        var (visitor, user) = (site.NewBrowser(), await site.SignedInAsync("ann"));
        Detour.Of(site).Fails = message => message is CreateSession or PatchSession ? new SessionStoreException("sessions.json", "the disk is full") : null;
        foreach (var browser in new[] { visitor, user })
        {
            using var response = await browser.SendAsync(HttpMethod.Post, "/set?name=cart&value=3");
            Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
            Assert.Empty(browser.SetCookies);
        }

        Detour.Of(site).Fails = _ => null;
        await visitor.PostAsync("/set?name=cart&value=3");
        Assert.StartsWith("cart=3 ", await visitor.GetAsync("/all"), StringComparison.Ordinal);
        Assert.StartsWith(" ", await user.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_no_longer_be_committed_throws_at_the_Set_and_a_session_that_has_begun_takes_it()
    {
        await using var site = await StartAsync(app: app => app.MapGet("/stream", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("first ");
            try
            {
                http.Session.SetString("late", "1");
                await http.Response.WriteAsync("set");
            }
            catch (InvalidOperationException)
            {
                await http.Response.WriteAsync("refused");
            }
        }));
        var browser = site.NewBrowser();
        Assert.Equal("first refused", await browser.GetAsync("/stream"));
        await browser.PostAsync("/set?name=cart&value=3");
        Assert.Equal("first set", await browser.GetAsync("/stream"));
        Assert.StartsWith("cart=3,late=1 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_are_limited_for_each_value_at_its_Set_and_for_all_at_the_commit()
    {
        await using var site = await StartAsync(o => (o.MaxValueBytes, o.MaxStateBytes) = (10, 25));
        var browser = site.NewBrowser();
        Assert.Contains("MaxValueBytes is 10", (await Assert.ThrowsAsync<SessionDataException>(() => browser.PostAsync("/set?name=a&value=12345678901"))).Message, StringComparison.Ordinal);
        await browser.PostAsync("/set?name=a&value=1234567890");
        await browser.PostAsync("/set?name=b&value=1234567890");
        Assert.Contains("MaxStateBytes is 25", (await Assert.ThrowsAsync<SessionDataException>(() => browser.PostAsync("/set?name=c&value=1234567890"))).Message, StringComparison.Ordinal);
        Assert.StartsWith("a=1234567890,b=1234567890 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_count_of_visitors_that_fails_is_made_again()
    {
        await using var site = await StartAsync(o => o.MaxAnonymousSessions = 1);
        Detour.Of(site).Fails = message => message is QuerySessions ? new SessionStoreException("sessions.json", "for once") : null;
        var browser = site.NewBrowser();
        await Assert.ThrowsAsync<SessionStoreException>(() => browser.PostAsync("/set?name=a&value=1"));
        Detour.Of(site).Fails = _ => null;
        await browser.PostAsync("/set?name=a&value=1");
        await Assert.ThrowsAsync<SessionCapacityException>(() => site.NewBrowser().PostAsync("/set?name=a&value=1"));
    }

    [Fact]
    public async Task Strangers_refuse_themselves_alone_and_nobodys_sign_in()
    {
        await using var site = await StartAsync(o => o.MaxAnonymousSessions = 2);
        var first = site.NewBrowser();
        await first.PostAsync("/set?name=a&value=1");
        await site.NewBrowser().PostAsync("/set?name=a&value=1");
        await Assert.ThrowsAsync<SessionCapacityException>(() => site.NewBrowser().PostAsync("/set?name=a&value=1"));
        await first.PostAsync("/set?name=b&value=2");
        var ann = await site.SignedInAsync("ann");
        await ann.PostAsync("/set?name=a&value=1");

        // One of them ends, and there is room for another one once that is told.
        using var events = await site.Sessions.SendAsync(new WatchSessions());
        await first.SignInAsync("bob");
        await using var told = events.GetAsyncEnumerator();
        while (await told.MoveNextAsync() && told.Current is not SessionEnded)
        {
        }

        var late = site.NewBrowser();
        await EventuallyAsync(async () =>
        {
            try
            {
                await late.PostAsync("/set?name=a&value=1");
                return true;
            }
            catch (SessionCapacityException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task At_sign_in_only_what_the_host_chose_goes_with_a_visitor_and_their_session_ends()
    {
        await using var site = await StartAsync(o => o.MoveAtSignIn = name => name == "cart");
        var browser = site.NewBrowser();
        await browser.PostAsync("/set?name=cart&value=3");
        await browser.PostAsync("/set?name=role&value=admin");
        var before = browser.Copy();
        await browser.SignInAsync("ann");
        Assert.Equal(["__Host-Cookies"], browser.Cookies.Keys);
        Assert.StartsWith("cart=3 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.Equal(" ", await before.GetAsync("/all"));
        Assert.Equal("ann", (await OnlyAsync(site)).SessionKey);

        await browser.SignInAsync("ann");
        Assert.StartsWith("cart=3 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        await browser.SignInAsync("bob");
        Assert.StartsWith(" ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        await browser.PostAsync("/sign-out");
        Assert.Equal(" ", await browser.GetAsync("/all"));
        Assert.Equal(0, (await site.Sessions.CountAsync()).Sessions);
    }

    [Fact]
    public async Task A_request_that_signs_in_or_out_writes_where_it_is_then()
    {
        await using var site = await StartAsync(app: app =>
        {
            app.MapPost("/in", async (HttpContext http) =>
            {
                http.Session.SetString("before", "1");
                await http.SignInAsync(Site.User("ann"));
                http.Session.SetString("after", "2");
            });
            app.MapPost("/out", async (HttpContext http) =>
            {
                http.Session.SetString("before", "1");
                await http.SignOutAsync();
                http.Session.SetString("after", "3");
            });
        });
        var browser = site.NewBrowser();
        await browser.PostAsync("/in");
        Assert.StartsWith("after=2 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.Equal("ann", (await OnlyAsync(site)).SessionKey);
        await browser.PostAsync("/out");
        Assert.StartsWith("after=3 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.StartsWith("~anonymous/", (await OnlyAsync(site)).SessionKey, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Applications_cannot_touch_what_signs_the_user_in()
    {
        await using var site = await StartAsync(app: app => app.MapPost("/own", async (HttpContext http) =>
        {
            var session = http.GetJamSession()!;
            await Assert.ThrowsAsync<ArgumentException>(() => session.PatchAsync(SessionData.From("""{"jam:ticket": ""}""")));
            await Assert.ThrowsAsync<ArgumentException>(() => session.PatchAsync(remove: ["jam.device"]));
            await Assert.ThrowsAsync<ArgumentException>(() => session.UpdateAsync(_ => SessionData.From("""{"jam:state:cart": ""}""")));
            await session.UpdateAsync(_ => SessionData.From("""{"own": 1}"""));
            await session.UpdateAsync(data => SessionData.From($$"""{"own": {{(int)data.ToJsonObject()["own"]! + 1}}}"""));
            return session.Data.Json;
        }));
        var browser = await site.SignedInAsync("ann");
        await browser.PostAsync("/set?name=cart&value=3");
        Assert.Equal("""{"own":2}""", await browser.PostAsync("/own"));
        Assert.Equal("ann", await browser.MeAsync());
        Assert.StartsWith("cart=3 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "x")]
    [InlineData("jam:ticket", "x")]
    [InlineData("", "")]
    [InlineData("ü\"\\\u2028\uD83D\uDE00", "bytes")]
    public async Task Any_name_is_a_name(string name, string value)
    {
        await using var site = await StartAsync();
        var browser = await site.SignedInAsync("ann");
        await browser.PostAsync($"/set?name={Uri.EscapeDataString(name)}&value={value}");
        Assert.StartsWith($"{name}={value} ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.Equal("ann", await browser.MeAsync());
    }

    [Fact]
    public async Task Options_that_cannot_work_fail_the_start()
    {
        foreach (var (configure, name) in new (Action<JamSessionStateOptions>, string)[]
        {
            (o => o.AnonymousIdleTimeout = TimeSpan.FromMilliseconds(999), nameof(JamSessionStateOptions.AnonymousIdleTimeout)),
            (o => o.MaxAnonymousSessions = 0, nameof(JamSessionStateOptions.MaxAnonymousSessions)),
            (o => o.MaxValueBytes = 0, nameof(JamSessionStateOptions.MaxValueBytes)),
            (o => o.MaxStateBytes = 0, nameof(JamSessionStateOptions.MaxStateBytes)),
            (o => o.Cookie = new CookieBuilder(), nameof(JamSessionStateOptions.Cookie)),
        })
        {
            var failure = await Assert.ThrowsAsync<OptionsValidationException>(async () => await (await StartAsync(configure)).DisposeAsync());
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_stock_middleware_can_have_the_engine_as_its_store()
    {
        await using var site = await Site.StartBareAsync(
            null,
            services =>
            {
                services.AddAuthentication(Site.Scheme).AddCookie();
                services.AddSession(o => o.IdleTimeout = TimeSpan.FromMinutes(5));
                services.AddJamSessionStore(o => o.InMemory = true);
            },
            app =>
            {
                app.UseSession();
                Map(app);
                app.MapPost("/commit", async (HttpContext http, string name, string value) =>
                {
                    http.Session.SetString(name, value);
                    await http.Session.CommitAsync();
                    http.Session.SetString("after", http.Session.GetString(name) ?? "nothing");
                });
            });
        var browser = site.NewBrowser();
        await browser.PostAsync("/set?name=first&value=1");
        Assert.Single(browser.SetCookies);
        await using (var slow = await SlowAsync(browser, "cart", "3"))
        {
            await browser.PostAsync("/set?name=lang&value=de");
            await browser.PostAsync("/remove?name=first");
        }

        Assert.StartsWith("cart=3,lang=de ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        await browser.PostAsync("/clear");
        Assert.StartsWith(" ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        await browser.PostAsync("/commit?name=cart&value=4");
        Assert.StartsWith("after=4,cart=4 ", await browser.GetAsync("/all"), StringComparison.Ordinal);
        Assert.Equal(" ", await site.NewBrowser().GetAsync("/all"));
        var store = site.Services.GetRequiredKeyedService<IJamSessions>("session-state");
        Assert.Equal(1, (await store.CountAsync()).Sessions);
    }

    private static Task<Site> StartAsync(Action<JamSessionStateOptions>? state = null, Action<WebApplication>? app = null, bool onKestrel = false) => Site.StartAsync(
        services: services =>
        {
            services.AddJamSessionState(state);
            Detour.Add(services);
        },
        app: built =>
        {
            built.UseJamSession();
            Map(built);
            app?.Invoke(built);
        },
        onKestrel: onKestrel);

    private static void Map(WebApplication app)
    {
        app.MapPost("/set", (HttpContext http, string name, string value) => http.Session.SetString(name, value));
        app.MapPost("/remove", (HttpContext http, string name) => http.Session.Remove(name));
        app.MapPost("/clear", (HttpContext http) =>
        {
            http.Session.Clear();
            return "";
        });
        app.MapGet("/get", (HttpContext http, string name) => $"{http.Session.GetString(name)} {http.Session.Id}");
        app.MapGet("/all", (HttpContext http) => $"{string.Join(',', http.Session.Keys.Order(StringComparer.Ordinal).Select(name => $"{name}={http.Session.GetString(name)}"))} {http.Session.Id}");
        app.MapPost("/slow", async (HttpContext http, string name, string value, int gate) =>
        {
            // It has read everything before the other request writes.
            _ = http.Session.Keys.ToList();
            var (reached, open) = Gates.All[gate];
            reached.SetResult();
            await open.Task;
            http.Session.SetString(name, value);
        });
    }

    private static async Task<SlowRequest> SlowAsync(Browser browser, string name, string value)
    {
        var gate = Gates.Next();
        var request = browser.Copy().PostAsync($"/slow?name={name}&value={value}&gate={gate}");
        await Gates.All[gate].Reached.Task;
        return new SlowRequest(request, gate);
    }

    private static async Task<KeyedSessionInfo> OnlyAsync(Site site) => Assert.Single((await site.Sessions.SendAsync(new QuerySessions())).Sessions);

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Yield();
        }
    }

    /// <summary>A request that waits in its middle, until this is disposed of.</summary>
    private sealed class SlowRequest(Task<string> request, int gate) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Gates.All[gate].Open.SetResult();
            await request;
        }
    }

    private static class Gates
    {
        private static int s_count;

        public static System.Collections.Concurrent.ConcurrentDictionary<int, (TaskCompletionSource Reached, TaskCompletionSource Open)> All { get; } = new();

        public static int Next()
        {
            var gate = Interlocked.Increment(ref s_count);
            All[gate] = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously));
            return gate;
        }
    }
}
