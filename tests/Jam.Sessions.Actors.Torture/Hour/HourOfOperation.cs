using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Jam.Sessions.Actors.Torture.Hour;

/// <summary>An hour of an operator, played faster: the example backend as a process under load, and the commands that are typed at it. What is written is a page for whoever wants to see one.</summary>
internal sealed partial class HourOfOperation : IDisposable
{
    private const int CallersCount = 8;

    private const string Store = "-f store/sessions.json", Copy = "-f elsewhere/sessions.json";

    // Until the health check says so: an operator's loop.
    private const string Await = "until curl -s {0}/health/ready | grep -qx {1}; do sleep 0.2; done; curl -s {0}/health/ready; echo";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("jam-hour-");
    private readonly string _site = $"http://127.0.0.1:{FreePort()}", _elsewhere = $"http://127.0.0.1:{FreePort()}";
    private readonly HttpClient _http, _httpElsewhere;
    private readonly Shell _shell;
    private readonly Transcript _transcript;
    private readonly Callers _callers;

    /// <param name="length">How long the hour takes.</param>
    /// <param name="watcher">Sees the page as it grows.</param>
    public HourOfOperation(TimeSpan length, TextWriter watcher)
    {
        WriteSettings();
        (_http, _httpElsewhere) = (ClientOf(_site), ClientOf(_elsewhere));
        _shell = new Shell(_folder.FullName, $"site={_site}; elsewhere={_elsewhere}; {Programs()}");
        _transcript = new Transcript(_shell, length, WithoutPlaces, watcher);
        _callers = new Callers(_http, CallersCount, TimeSpan.FromMilliseconds(200));
        Factor = TimeSpan.FromHours(1) / length;
    }

    private double Factor { get; }

    /// <summary>Plays the hour.</summary>
    /// <returns>The page, and what went wrong.</returns>
    public async Task<(string Page, IReadOnlyCollection<string> Faults)> RunAsync()
    {
        await StartAsync();
        await UnderLoadAsync();
        await FullDiskAsync();
        await FreedDiskAsync();
        var (before, after) = await BackupAsync();
        await ElsewhereAsync(before, after);
        await AnotherKeyAsync();
        await WithoutTheOldKeyAsync();
        await EndAsync();
        var page = _transcript.Page(Preface());
        return (page, [.. _callers.Faults, .. SecretsIn(page)]);
    }

    public void Dispose()
    {
        _shell.Dispose();
        _callers.Dispose();
        _http.Dispose();
        _httpElsewhere.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        await _transcript.AtAsync(0, "Start");
        await _transcript.TypeAsync("mkdir store && mount -t tmpfs -o size=4m none store");
        await _transcript.TypeAsync("new-key() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' > $1 && chmod 600 $1; }; new-key key-1");
        await _transcript.TypeAsync("cat appsettings.json");
        await _transcript.TypeAsync("backend > log-1 & first=$!");
        await _transcript.TypeAsync(Awaiting("$site", "Healthy"));
        await _transcript.TypeAsync("grep -o 'jam.sessions: .*' log-1");
        await _transcript.TypeAsync($"jam-sessions verify {Store}");
    }

    private async Task UnderLoadAsync()
    {
        _callers.Start();
        await _transcript.AtAsync(5, "Load");
        _transcript.Say($"{CallersCount} callers, each with five requests a second: sign in as ann or bob, keep notes, read them, sign out (three of four; the others just stay away).");
        await _transcript.TypeAsync($"jam-sessions stats {Store}");
        await _transcript.TypeAsync($"jam-sessions list {Store} --key ann --limit 3");
        await _transcript.TypeAsync("metrics() { curl -s $site/metrics | grep -E \"^jam_sessions_($1)\" | sed -E 's/otel_scope_[a-z]+=\"[^\"]*\",?//g; s/\\{\\}//; s/ [0-9]{13}$//'; }");
        await _transcript.TypeAsync("metrics 'active|keys|created_total|ended_total|reads_total|commit_wait_seconds|journal_size|health'");
    }

    private async Task FullDiskAsync()
    {
        await _transcript.AtAsync(13, "The disk is full");
        _transcript.Say(_callers.Since());
        _transcript.Say("Something else runs away, and takes all room there is, again and again.");
        await _transcript.TypeAsync("while sleep 0.1; do cat /dev/zero >> store/something-else; done 2> /dev/null & runaway=$!");
        await _transcript.TypeAsync("sleep 1; df -k store");
        await _transcript.TypeAsync(Awaiting("$site", "Degraded"));
        await _transcript.TypeAsync("curl -s -o /dev/null -w '%{http_code}\\n' $site/health/live");
        await _transcript.TypeAsync("metrics 'health|commit_failures_total|snapshot_failures_total|commit_wait_seconds|active'");
        await _transcript.TypeAsync("grep -o 'jam.sessions: .*(event 20.)' log-1");
        _transcript.Say("What only reads goes on, and so does a backup to another disk. What would write is refused, and changes nothing.");
        await _transcript.TypeAsync($"jam-sessions stats {Store} --json | grep -oE '\"(running|live|fileBytes|journalBytes)\":[a-z0-9]+'");
        await _transcript.TypeAsync($"jam-sessions flush {Store}", code: 1);
        await _transcript.TypeAsync($"jam-sessions backup backups/while-full {Store}");
    }

    private async Task FreedDiskAsync()
    {
        await _transcript.AtAsync(23, "The disk is freed");
        _transcript.Say(_callers.Since());
        await _transcript.TypeAsync("kill $runaway; wait $runaway; rm store/something-else");
        await _transcript.TypeAsync("sleep 6; curl -s $site/health/ready; echo");
        _transcript.Say("Changes are taken again, without a restart. Where rewrites of the file failed too, the check is healthy with the next one that succeeds: that takes a flush.");
        await _transcript.TypeAsync($"jam-sessions flush {Store}");
        await _transcript.TypeAsync(Awaiting("$site", "Healthy"));
        await _transcript.TypeAsync("metrics 'health|commit_failures_total|snapshot_failures_total'");
        await _transcript.TypeAsync("grep -o 'jam.sessions: .*(event 20.)' log-1");
    }

    private async Task<(IReadOnlyDictionary<CallersSession, Known> Before, IReadOnlyDictionary<CallersSession, Known> After)> BackupAsync()
    {
        await _transcript.AtAsync(28, "A backup under load");
        _transcript.Say(_callers.Since());
        var before = _callers.Ledger();
        await _transcript.TypeAsync($"jam-sessions backup backups/today {Store}");
        var after = _callers.Ledger();
        await _transcript.TypeAsync("stat -c '%A %s %n' backups/today/*");
        await _transcript.TypeAsync("jam-sessions verify -f backups/today", code: 5);
        await _transcript.TypeAsync("jam-sessions verify -f backups/today --secret-file key-1");
        await _transcript.TypeAsync("grep -o 'jam.sessions: admin.*' log-1 | tail -2");
        return (before, after);
    }

    private async Task ElsewhereAsync(IReadOnlyDictionary<CallersSession, Known> before, IReadOnlyDictionary<CallersSession, Known> after)
    {
        await _transcript.AtAsync(33, "Restored elsewhere, with a key of its own");
        await _transcript.TypeAsync("mkdir elsewhere");
        await _transcript.TypeAsync($"jam-sessions restore backups/today {Copy}", code: 6);
        await _transcript.TypeAsync($"jam-sessions restore backups/today --revive {Copy}");
        await _transcript.TypeAsync("new-key key-of-copy");
        await _transcript.TypeAsync($"jam-sessions rekey {Copy} --secret-file key-1 --new-secret-file key-of-copy");
        await _transcript.TypeAsync("backend --urls=$elsewhere --sessions:json-path=elsewhere/sessions.json --sessions:session-aes-secret-file=key-of-copy > log-copy & copy=$!");
        await _transcript.TypeAsync(Awaiting("$elsewhere", "Healthy"));
        await _transcript.TypeAsync("grep -o 'jam.sessions: .*' log-copy");
        var (live, gone) = await _callers.CheckAsync(_httpElsewhere, before, after);
        _transcript.Say($"All {before.Count} sessions that callers had when the backup was begun were asked for here: {live} live with what was acknowledged then, {gone} had been signed out. Wrong: {_callers.Faults.Count}.");
        await _transcript.TypeAsync("kill $copy; wait $copy");
    }

    private async Task AnotherKeyAsync()
    {
        await _transcript.AtAsync(42, "Another key, by a rolling restart");
        _transcript.Say("The new process is started first. It waits for the file (`lock-timeout`), and the old one serves.");
        _ = _callers.Since();
        await _transcript.TypeAsync("new-key key-2");
        await _transcript.TypeAsync("backend --sessions:session-aes-secret-file=key-2 --sessions:previous-session-aes-secrets=key-1 > log-2 & second=$!");
        await _transcript.TypeAsync("sleep 2; curl -s $site/health/ready; echo");
        await _transcript.TypeAsync("kill $first; wait $first");
        await _transcript.TypeAsync(Awaiting("$site", "Healthy"));
        _transcript.Say(_callers.Since());
        await _transcript.TypeAsync("grep -o 'jam.sessions: .*' log-1 | tail -1; grep -o 'jam.sessions: .*' log-2");
        await _transcript.TypeAsync("metrics 'encryption_keys_needed|active|created_total'");
    }

    private async Task WithoutTheOldKeyAsync()
    {
        await _transcript.AtAsync(50, "Without the old key");
        _transcript.Say("The log said that it is not needed. So the next restart is without it.");
        await _transcript.TypeAsync("backend --sessions:session-aes-secret-file=key-2 > log-3 & third=$!");
        await _transcript.TypeAsync("sleep 2; kill $second; wait $second");
        await _transcript.TypeAsync(Awaiting("$site", "Healthy"));
        await _transcript.TypeAsync($"jam-sessions verify {Store} --secret-file key-1", code: 5);
        await _transcript.TypeAsync($"jam-sessions verify {Store} --secret-file key-2");
    }

    private async Task EndAsync()
    {
        await _transcript.AtAsync(56, "The end");
        await _callers.StopAsync();
        _transcript.Say(_callers.Since());
        await _transcript.TypeAsync("kill $third; wait $third; grep -o 'jam.sessions: .*' log-3 | tail -1");
        await _transcript.TypeAsync($"jam-sessions verify {Store} --secret-file key-2");
        await _transcript.TypeAsync("ls store");
        await _transcript.TypeAsync("backend --sessions:session-aes-secret-file=key-2 > log-4 & fourth=$!");
        await _transcript.TypeAsync(Awaiting("$site", "Healthy"));
        var ledger = _callers.Ledger();
        var (live, gone) = await _callers.CheckAsync(_http, ledger, ledger);
        _transcript.Say($"All {ledger.Count} sessions of the hour were asked for: {live} live with the last note that was acknowledged, {gone} are signed out. Wrong: {_callers.Faults.Count}.");
        await _transcript.TypeAsync("kill $fourth; wait $fourth");
    }

    private static string Awaiting(string site, string health) => string.Format(CultureInfo.InvariantCulture, Await, site, health);

    private string Preface() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        # An hour of operation, recorded

        The example backend (`src/Jam.Sessions.Actors.Host`) with AES-GCM on a disk of 4 MB, {CallersCount} callers, and what an operator typed. The hour was played {Factor:0.#} times faster: times on this page are of the hour, those of the
        engine and of the callers are of the clock. So the 5 s after which the engine tries a full disk again are {5 * Factor:0} s here. `backend` is the backend's program, `$site` its address; answers that are long are cut off, and folders are left out of names.
        What was acknowledged to the callers is kept in a ledger, and was asked for at the end.

        Recorded, and not run with the tests. The hour can be had again, not run here:

        ```sh
        dotnet run -c Release --project tests/Jam.Sessions.Actors.Torture -- hour --minutes 6 --page hour.md
        ```

        """);

    /// <summary>What must not be on the page, and is.</summary>
    private IEnumerable<string> SecretsIn(string page) =>
        _folder.EnumerateFiles("key-*").Select(file => File.ReadAllText(file.FullName).Trim()).Concat(_callers.Cookies.Select(cookie => cookie.Split('=', 2)[1]))
            .Where(secret => page.Contains(secret, StringComparison.Ordinal)).Select(_ => "the page holds a key or a cookie");

    private string WithoutPlaces(string line) => line
        .Replace($"{_folder.FullName}/", "", StringComparison.Ordinal)
        .Replace(_folder.FullName, ".", StringComparison.Ordinal)
        .Replace(Environment.MachineName, "host", StringComparison.Ordinal)
        .Replace(_site, "http://localhost:5080", StringComparison.Ordinal)
        .Replace(_elsewhere, "http://localhost:5081", StringComparison.Ordinal);

    private void WriteSettings() =>
        File.WriteAllText(Path.Combine(_folder.FullName, "appsettings.json"), $$"""
            {
              "urls": "{{_site}}",
              "keys": "keys",
              "sessions": {
                "json-path": "store/sessions.json",
                "encryption": "aes-gcm",
                "session-aes-secret-file": "key-1",
                "admin-socket": true,
                "lock-timeout": "00:01:00",
                "idle-timeout": "08:00:00",
                "snapshot-journal-bytes": 524288
              },
              "Logging": { "Console": { "FormatterName": "simple", "FormatterOptions": { "SingleLine": true } } }
            }

            """);

    /// <summary>The programs, by the names that they have on the page. What runs in the background is the program itself, to be ended by its number.</summary>
    private static string Programs() => $"backend() {{ exec dotnet '{PathOf("HostAssembly")}' \"$@\"; }}; jam-sessions() {{ dotnet '{PathOf("ToolAssembly")}' \"$@\"; }}";

    private static string? PathOf(string assembly) => typeof(HourOfOperation).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == assembly).Value;

    private static HttpClient ClientOf(string address) => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
