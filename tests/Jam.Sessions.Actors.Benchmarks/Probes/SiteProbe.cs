using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Akka.Hosting;
using Jam.Sessions.Actors.AspNetCore;
using Jam.Sessions.Actors.Benchmarks.Peers;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.Benchmarks.Probes;

/// <summary>A site on Kestrel, asked by wrk over 64 connections in the name of 1,000 sessions: requests per second.</summary>
internal static partial class SiteProbe
{
    private const string Scheme = "Cookies";
    private const int Sessions = 1000;
    private const int Connections = 64;

    // A request calls many methods, few of them often: it takes so long until all are compiled for good, as on a site that runs for months.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(20);

    // A cookie for each request, in turns.
    private const string Script = """
        local cookies = {}
        for line in io.lines(os.getenv("COOKIES")) do cookies[#cookies + 1] = line end
        local at = 0
        request = function()
            at = at % #cookies + 1
            return wrk.format("GET", nil, { ["Cookie"] = cookies[at] })
        end
        """;

    /// <param name="kind"><c>tickets</c> or <c>cookie</c>; <c>state</c>, <c>state-relaxed</c>, <c>stock-memory</c>, <c>stock-redis</c> or <c>stock-redis-always</c>.</param>
    /// <param name="settings">How long.</param>
    public static async Task<Figures> RunAsync(string kind, RunSettings settings)
    {
        using var scratch = new Scratch();
        await using var redis = kind.StartsWith("stock-redis", StringComparison.Ordinal)
            ? new RedisPeer($"--appendonly yes --appendfsync {(kind == "stock-redis" ? "everysec" : "always")}") : null;
        if (redis is not null)
        {
            await redis.PreloadAsync([]);
        }

        await using var site = Build(kind, scratch, redis);
        await site.StartAsync();
        var url = site.Urls.First();
        await File.WriteAllLinesAsync(scratch["cookies"], await CookiesAsync(url));
        await File.WriteAllTextAsync(scratch["wrk.lua"], Script);
        await AskAsync(url, scratch, settings.WarmUp > s_warmUp ? settings.WarmUp : s_warmUp);
        var figures = await AskAsync(url, scratch, settings.Seconds);
        await site.StopAsync();
        return figures;
    }

    /// <summary>Somebody with seven claims, as Identity gives them.</summary>
    public static ClaimsPrincipal User(string id) => new(new ClaimsIdentity(
    [
        new(ClaimTypes.NameIdentifier, id), new(ClaimTypes.Name, "ann@example.com"), new(ClaimTypes.Email, "ann@example.com"), new("AspNet.Identity.SecurityStamp", "PN3IE4VNQ6HZVYFQZ5JQ6K7Y3ZD5A7QF"),
        new(ClaimTypes.Role, "customer"), new("amr", "pwd"), new("tenant", "7"),
    ], Scheme));

    private static WebApplication Build(string kind, Scratch scratch, RedisPeer? redis)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddDataProtection();
        var isOurs = kind is "tickets" or "state" or "state-relaxed";
        if (isOurs)
        {
            builder.Services.AddJamSessions(o =>
                (o.JsonPath, o.IdleTimeout, o.Durability) = (scratch["sessions.json"], TimeSpan.FromHours(1), kind == "state-relaxed" ? Durability.Relaxed : Durability.Durable));
            builder.Services.AddAkka("site", (akka, _) => akka.AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF }", HoconAddMode.Prepend).WithJamSessions());
        }

        if (kind is "tickets" or "cookie")
        {
            builder.Services.AddAuthentication(Scheme).AddCookie();
            if (isOurs)
            {
                builder.Services.AddJamTickets();
            }
        }
        else if (isOurs)
        {
            builder.Services.AddJamSessionState();
        }
        else
        {
            builder.Services.AddSession();
            if (redis is null)
            {
                builder.Services.AddDistributedMemoryCache();
            }
            else
            {
                builder.Services.AddStackExchangeRedisCache(o => o.Configuration = $"127.0.0.1:{redis.Port}");
            }
        }

        var app = builder.Build();
        app.UseRouting();
        if (kind is "tickets" or "cookie")
        {
            app.UseAuthentication();
            app.MapPost("/", (HttpContext http, string user) => http.SignInAsync(User(user)));
            app.MapGet("/", (HttpContext http) => http.User.Identity!.IsAuthenticated ? http.User.Identity.Name! : throw new InvalidOperationException("nobody is signed in"));
            return app;
        }

        _ = isOurs ? app.UseJamSession() : app.UseSession();
        app.MapPost("/", (HttpContext http) => http.Session.SetInt32("n", 1));
        app.MapGet("/", async (HttpContext http) =>
        {
            // Without it the stock session blocks a thread while it waits for Redis.
            await http.Session.LoadAsync();
            var n = http.Session.GetInt32("n") ?? throw new InvalidOperationException("the session is lost");
            http.Session.SetInt32("n", n + 1);
            return "counted";
        });
        return app;
    }

    private static async Task<string[]> CookiesAsync(string url)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false });
        var cookies = new string[Sessions];
        for (var i = 0; i < Sessions; i++)
        {
            using var response = await client.PostAsync($"{url}/?user=user{i}", content: null);
            cookies[i] = response.EnsureSuccessStatusCode().Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        }

        return cookies;
    }

    private static async Task<Figures> AskAsync(string url, Scratch scratch, TimeSpan time)
    {
        var seconds = Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("wrk", ["-t2", $"-c{Connections}", $"-d{seconds}s", "-s", scratch["wrk.lua"], url]) { RedirectStandardOutput = true, Environment = { ["COOKIES"] = scratch["cookies"] } };
        try
        {
            using var wrk = Process.Start(start)!;
            var said = await wrk.StandardOutput.ReadToEndAsync();
            await wrk.WaitForExitAsync();
            return said.Contains("Non-2xx", StringComparison.Ordinal)
                ? throw new InvalidOperationException($"the site answered with errors:\n{said}")
                : new Figures([("requests_s", double.Parse(Rate().Match(said).Groups[1].Value, CultureInfo.InvariantCulture))]);
        }
        catch (Win32Exception)
        {
            throw new PeerMissingException("there is no wrk; install it (a Debian package)");
        }
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
