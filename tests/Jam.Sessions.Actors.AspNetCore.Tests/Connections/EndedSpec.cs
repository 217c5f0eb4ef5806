using System.Net.WebSockets;
using System.Text;
using Jam.Sessions.Actors.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Connections;

/// <summary>Connections that stay open end with their session. All on Kestrel, over sockets.</summary>
public sealed class EndedSpec
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Ends { get; } = ["revoked", "signed out", "another user", "expired", "events missed"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Who_waits_for_the_end_of_a_session_is_told(string how)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await StartAsync(app => app.MapGet("/wait", async (HttpContext http) =>
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registered = http.GetJamSession()!.Ended.Register(ended.SetResult);
            waiting.SetResult();
            await ended.Task;
            return "ended";
        }));
        var browser = await site.SignedInAsync("ann");
        var answer = browser.Copy().GetAsync("/wait");
        await waiting.Task.WaitAsync(s_patience);
        await EndAsync(site, browser, how);
        Assert.Equal("ended", await answer.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_session_that_ended_before_anybody_asked_has_ended()
    {
        await using var site = await StartAsync(app => app.MapGet("/late", async (HttpContext http, IJamSessions sessions) =>
        {
            await sessions.ClearAsync("ann");
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registered = http.GetJamSession()!.Ended.Register(ended.SetResult);
            await ended.Task;
            return "ended";
        }));
        var browser = await site.SignedInAsync("ann");
        Assert.Equal("ended", await browser.GetAsync("/late").WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_new_id_is_no_end()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var site = await StartAsync(app => app.MapGet("/wait", async (HttpContext http) =>
        {
            var session = http.GetJamSession()!;
            var ended = session.Ended;
            waiting.SetResult();
            await go.Task;
            await session.PatchAsync(SessionData.From("""{"after": "rotation"}"""));
            return ended.IsCancellationRequested ? "ended" : "open";
        }));
        var browser = await site.SignedInAsync("ann");
        var answer = browser.Copy().GetAsync("/wait");
        await waiting.Task.WaitAsync(s_patience);
        await browser.SignInAsync("ann");
        go.SetResult();
        Assert.Equal("open", await answer.WaitAsync(s_patience));
        Assert.Contains("rotation", Assert.Single(await site.Sessions.ListAsync("ann")).Data!.Json, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Server_sent_events_end_with_the_session(string how)
    {
        await using var site = await StartAsync(app => app.MapGet("/events", async (HttpContext http) =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.WriteAsync("data: hello\n\n");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }));
        var browser = await site.SignedInAsync("ann");
        using var response = await browser.Copy().SendAsync(HttpMethod.Get, "/events", with: request => request.Headers.Accept.Add(new("text/event-stream")));
        await using var stream = await response.Content.ReadAsStreamAsync();
        Assert.Equal("data: hello\n\n".Length, await stream.ReadAtLeastAsync(new byte[100], 13));
        await EndAsync(site, browser, how);
        Assert.IsAssignableFrom<IOException>(await Assert.ThrowsAnyAsync<Exception>(() => stream.ReadAsync(new byte[100]).AsTask().WaitAsync(s_patience)));
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task WebSockets_end_with_the_session(string how)
    {
        await using var site = await StartAsync(MapEcho);
        var browser = await site.SignedInAsync("ann");
        using var socket = await ConnectAsync(site, browser, "/echo");
        Assert.Equal("hello", await SayAsync(socket, "hello"));
        await EndAsync(site, browser, how);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => socket.ReceiveAsync(new byte[10], CancellationToken.None).WaitAsync(s_patience));
        Assert.IsType<WebSocketException>(error);
    }

    [Fact]
    public async Task What_arrives_on_a_WebSocket_counts_as_activity()
    {
        await using var site = await StartAsync(MapEcho);
        var browser = await site.SignedInAsync("ann");
        using var socket = await ConnectAsync(site, browser, "/echo");
        for (var i = 0; i < 5; i++)
        {
            site.Time.Advance(TimeSpan.FromMinutes(50));
            Assert.Equal("still here", await SayAsync(socket, "still here"));
        }

        Assert.Equal("ann", await browser.MeAsync());
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task SignalR_connections_end_with_the_session(string how)
    {
        await using var site = await StartAsync(app => app.MapHub<Echo>("/hub"));
        var browser = await site.SignedInAsync("ann");
        using var socket = await ConnectHubAsync(site, browser);
        Assert.Contains("hello ann", await SayAsync(socket, Call("hello"), answers: 1), StringComparison.Ordinal);
        await EndAsync(site, browser, how);
        await ExpectClosedAsync(socket);
    }

    [Fact]
    public async Task What_a_hub_is_called_for_counts_as_activity_and_its_pings_do_not()
    {
        await using var site = await StartAsync(app => app.MapHub<Echo>("/hub"));
        var browser = await site.SignedInAsync("ann");
        using var socket = await ConnectHubAsync(site, browser);
        for (var i = 0; i < 3; i++)
        {
            site.Time.Advance(TimeSpan.FromMinutes(50));
            Assert.Contains("hello ann", await SayAsync(socket, Call("hello"), answers: 1), StringComparison.Ordinal);
        }

        site.Time.Advance(TimeSpan.FromMinutes(50));
        await SendAsync(socket, "{\"type\":6}\u001e");
        site.Time.Advance(TimeSpan.FromMinutes(50));

        // Nobody has swept yet: the call itself finds that the session is over.
        await SendAsync(socket, Call("too late"));
        await ExpectClosedAsync(socket);
    }

    [Fact]
    public async Task Blazors_circuits_are_connections_of_a_hub_that_is_watched_like_any_other()
    {
        await using var site = await Site.StartAsync(services: services => services.AddServerSideBlazor());
        var hub = typeof(Microsoft.AspNetCore.Components.Server.CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.ComponentHub", throwOnError: true)!;
        Assert.NotNull(hub.GetMethod("OnRenderCompleted"));
        var options = typeof(Microsoft.Extensions.Options.IOptions<>).MakeGenericType(typeof(HubOptions<>).MakeGenericType(hub));
        var filters = typeof(HubOptions).GetProperty("HubFilters", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .GetValue(options.GetProperty("Value")!.GetValue(site.Services.GetRequiredService(options)));
        Assert.Single((System.Collections.IEnumerable)filters!);
    }

    private static Task<Site> StartAsync(Action<WebApplication> app) => Site.StartAsync(
        engine: o => o.IdleTimeout = TimeSpan.FromHours(1),
        services: services =>
        {
            services.AddSignalR();
            Detour.Add(services);
        },
        app: built =>
        {
            built.UseWebSockets();
            built.UseJamConnections();
            app(built);
        },
        onKestrel: true);

    private static async Task EndAsync(Site site, Browser browser, string how)
    {
        switch (how)
        {
            case "revoked":
                Assert.Equal(1, await site.Sessions.ClearAsync("ann"));
                break;
            case "signed out":
                await browser.PostAsync("/sign-out");
                break;
            case "another user":
                await browser.SignInAsync("bob");
                break;
            case "expired":
                site.Time.Advance(TimeSpan.FromHours(1));
                Assert.Equal(1, await site.Sessions.SendAsync(new SweepSessions()));
                break;
            case "events missed":
                Detour.Of(site).MissesEnds = true;
                Assert.Equal(1, await site.Sessions.ClearAsync("ann"));
                break;
        }
    }

    private static void MapEcho(WebApplication app) => app.Map("/echo", async (HttpContext http) =>
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: WebSocketMessageType.Text } received)
        {
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, http.RequestAborted);
        }
    });

    private static async Task<ClientWebSocket> ConnectAsync(Site site, Browser browser, string path)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        await socket.ConnectAsync(new UriBuilder(new Uri(site.Address!, path)) { Scheme = "ws" }.Uri, CancellationToken.None).WaitAsync(s_patience);
        return socket;
    }

    private static async Task<ClientWebSocket> ConnectHubAsync(Site site, Browser browser)
    {
        var socket = await ConnectAsync(site, browser, "/hub");
        await SendAsync(socket, "{\"protocol\":\"json\",\"version\":1}\u001e");
        await socket.ReceiveAsync(new byte[1000], CancellationToken.None).WaitAsync(s_patience);
        return socket;
    }

    private static string Call(string text) => $"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"Say\",\"arguments\":[\"{text}\"]}}\u001e";

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).WaitAsync(s_patience);

    private static async Task<string> SayAsync(ClientWebSocket socket, string text, int answers = 1)
    {
        await SendAsync(socket, text);
        var buffer = new byte[1000];
        var said = "";
        for (var i = 0; i < answers; i++)
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(s_patience);
            said += Encoding.UTF8.GetString(buffer, 0, received.Count);
        }

        return said;
    }

    /// <summary>Whatever still comes, the connection ends.</summary>
    private static async Task ExpectClosedAsync(ClientWebSocket socket)
    {
        try
        {
            while ((await socket.ReceiveAsync(new byte[1000], CancellationToken.None).WaitAsync(s_patience)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
        }
    }

    private sealed class Echo : Hub
    {
        public string Say(string text) => $"{text} {Context.UserIdentifier}";
    }
}
