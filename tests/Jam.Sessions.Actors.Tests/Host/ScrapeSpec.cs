using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Host;

/// <summary>What Prometheus gets from the example backend, and whether the dashboard and the alert rules ask for just that.</summary>
public sealed partial class ScrapeSpec : IDisposable
{
    // The label that only stores with a name have.
    private static readonly string[] s_notHere = ["jam_sessions_store"];

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly string s_docs = Path.Combine(AppContext.BaseDirectory, "docs");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <remarks>The backend is made to do all that there is an instrument for: so every series is there, with all its labels.</remarks>
    [LinuxFact]
    public async Task The_dashboard_and_the_rules_ask_for_what_the_backend_emits_and_for_all_of_it()
    {
        using var host = await HostProcess.ListeningAsync(
            $"--sessions:json-path={_folder.File("sessions.json")}", "--sessions:snapshot-interval=1 s", "--sessions:sweep-interval=1 s", "--sessions:idle-timeout=1 h", "--sessions:max-sessions-per-key=1");
        var session = await SignInAsync(host, "ann", HttpStatusCode.OK);
        await GetAsync(host, "/api/me", session, HttpStatusCode.OK);
        await GetAsync(host, "/api/me", "nobody's", HttpStatusCode.Unauthorized);
        await SignInAsync(host, "ann", HttpStatusCode.Conflict);
        using (await host.SendAsync(HttpMethod.Post, "/api/sign-out", session))
        {
        }

        await GetAsync(host, "/health/ready", null, HttpStatusCode.OK);
        host.LimitFiles(1);
        await SignInAsync(host, "bob", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("Degraded", await GetAsync(host, "/health/ready", null, HttpStatusCode.OK));
        host.LimitFiles(long.MaxValue);
        await SignInAsync(host, "bob", HttpStatusCode.OK);

        var dashboard = Expressions(Path.Combine(s_docs, "grafana-dashboard.json"));
        var rules = File.ReadLines(Path.Combine(s_docs, "alert-rules.yml")).Where(line => line.Trim().StartsWith("expr:", StringComparison.Ordinal)).ToList();
        Assert.True(dashboard.Count > 20 && rules.Count >= 10);
        var asked = Tokens(dashboard.Concat(rules)).Except(s_notHere).ToHashSet();

        // The snapshot and the sweep come within a second.
        var deadline = Stopwatch.GetTimestamp();
        (HashSet<string> Series, HashSet<string> Labels) emitted;
        do
        {
            emitted = Parse(await GetAsync(host, "/metrics", null, HttpStatusCode.OK));
        }
        while (asked.Except(emitted.Series).Except(emitted.Labels).Any() && Stopwatch.GetElapsedTime(deadline) < s_patience);

        Assert.Empty(asked.Except(emitted.Series).Except(emitted.Labels));
        Assert.Empty(emitted.Series.Select(Instrument).Distinct().Except(Tokens(dashboard).Select(Instrument)));
        Assert.Empty(emitted.Labels.Except(asked));
    }

    [Fact]
    public async Task Health_says_what_a_load_balancer_asks_and_liveness_has_no_opinion_of_the_disk()
    {
        using var host = await HostProcess.ListeningAsync($"--sessions:json-path={_folder.File("sessions.json")}");
        Assert.Equal("Healthy", await GetAsync(host, "/health/ready", null, HttpStatusCode.OK));
        Assert.Equal("Healthy", await GetAsync(host, "/health/live", null, HttpStatusCode.OK));
    }

    [PromtoolFact]
    public async Task Promtool_accepts_the_rules_and_they_fire_when_they_should()
    {
        Assert.Equal((0, ""), await PromtoolAsync("check", "rules", "--lint-fatal", "alert-rules.yml"));
        Assert.Equal((0, ""), await PromtoolAsync("test", "rules", "alert-rules.test.yml"));
        Assert.NotEqual(0, (await PromtoolAsync("check", "rules", "grafana-dashboard.json")).ExitCode);
    }

    private static async Task<(int ExitCode, string Errors)> PromtoolAsync(params string[] arguments)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = s_docs, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.WaitForExitAsync().WaitAsync(s_patience);
        return (promtool.ExitCode, promtool.ExitCode == 0 ? "" : await errors + await output);
    }

    private static async Task<string> SignInAsync(HostProcess host, string user, HttpStatusCode expected)
    {
        using var response = await host.SendAsync(HttpMethod.Post, "/api/sign-in", session: null, new { user, password = "correct horse" });
        Assert.Equal(expected, response.StatusCode);
        return expected == HttpStatusCode.OK ? response.Headers.GetValues("Set-Cookie").Single().Split('=', ';')[1] : "";
    }

    private static async Task<string> GetAsync(HostProcess host, string path, string? session, HttpStatusCode expected)
    {
        using var response = await host.SendAsync(HttpMethod.Get, path, session);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private static List<string> Expressions(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        return [.. json.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
    }

    private static IEnumerable<string> Tokens(IEnumerable<string> expressions) => expressions.SelectMany(text => Ours().Matches(text)).Select(match => match.Value).Distinct();

    /// <summary>The names of series, and of the labels that are the engine's.</summary>
    private static (HashSet<string> Series, HashSet<string> Labels) Parse(string scraped)
    {
        var (series, labels) = (new HashSet<string>(), new HashSet<string>());
        foreach (var line in scraped.Split('\n').Where(line => line.StartsWith("jam_sessions_", StringComparison.Ordinal)))
        {
            series.Add(line.Split('{', ' ')[0]);
            labels.UnionWith(Label().Matches(line).Select(match => match.Groups[1].Value).Where(label => label != "le" && !label.StartsWith("otel_", StringComparison.Ordinal)));
        }

        return (series, labels);
    }

    /// <summary>A histogram is three series.</summary>
    private static string Instrument(string series) => Regex.Replace(series, "_(bucket|sum|count)$", "");

    [GeneratedRegex("(?:jam_sessions|error)_[a-z_]+")]
    private static partial Regex Ours();

    [GeneratedRegex("[{,]([a-z_]+)=")]
    private static partial Regex Label();

    /// <summary>A test that needs Prometheus's promtool; where CI is set its absence is a failure.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PromtoolFactAttribute([CallerMemberName] string name = "") : ConditionalFactAttribute(
        Environment.GetEnvironmentVariable("CI") == "true" || IsThere() ? null : "promtool (Debian: prometheus) is not installed", name)
    {
        private static bool IsThere() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "promtool")));
    }
}
