using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Host;

/// <summary>The example backend, as its users and its operator meet it: a process, a socket, cookies, signals.</summary>
public sealed class HostSpec : IDisposable
{
    // With it the cookie is the id itself, and a session needs no ticket.
    private const string Jam = "--jam=true";

    private readonly TempFolder _folder = new();

    private string JsonPath => _folder.File("sessions.json");

    private string OnJsonPath => $"--sessions:json-path={JsonPath}";

    private string OnKeys => $"--keys={_folder.File("keys")}";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Jam)]
    [InlineData("--jam=false")]
    public async Task A_session_is_signed_in_read_changed_renewed_and_signed_out(string jam)
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, jam, OnJsonPath);
        var first = await SignIn(host, "ann");
        await Put(host, first, new { cart = new[] { 1, 2 } });
        Assert.Equal(("ann", """{"cart":[1,2]}"""), await Me(host, first));
        await Put(host, first, new { name = "Änn" });
        Assert.Equal(("ann", """{"name":"Änn"}"""), await Me(host, first));

        var second = await SignIn(host, "ann", first);
        Assert.NotEqual(first, second);
        await ExpectNoSession(host.SendAsync(HttpMethod.Get, "/api/me", first));
        await ExpectNoSession(host.SendAsync(HttpMethod.Put, "/api/me", first, new { }));
        Assert.Equal(("ann", """{"name":"Änn"}"""), await Me(host, second));

        using var signedOut = await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Post, "/api/sign-out", second));
        Assert.Equal("", Cookie(signedOut));
        await ExpectNoSession(host.SendAsync(HttpMethod.Get, "/api/me", second));
    }

    [Fact]
    public async Task Signing_out_the_others_ends_all_other_sessions_of_the_user_and_no_other()
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, OnJsonPath);
        var (desk, phone) = (await SignIn(host, "ann"), await SignIn(host, "ann"));
        var other = await SignIn(host, "bob");

        using var response = await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Delete, "/api/devices", phone));
        Assert.Equal("""{"signedOut":1}""", await response.Content.ReadAsStringAsync());
        await ExpectNoSession(host.SendAsync(HttpMethod.Get, "/api/me", desk));
        Assert.Equal(("ann", "{}"), await Me(host, phone));
        Assert.Equal(("bob", "{}"), await Me(host, other));
    }

    [Fact]
    public async Task A_restart_signs_nobody_out_and_the_file_does_not_hold_the_cookie()
    {
        string session;
        using (var host = await HostProcess.ListeningAsync(OnKeys, OnJsonPath))
        {
            session = await SignIn(host, "ann");
            Assert.Equal(0, await host.StopAsync());
        }

        Assert.DoesNotContain(session, File.ReadAllText(JsonPath), StringComparison.Ordinal);
        using var again = await HostProcess.ListeningAsync(OnKeys, OnJsonPath);
        Assert.Equal(("ann", "{}"), await Me(again, session));
    }

    [Fact]
    public async Task Its_pages_sign_in_keep_a_note_and_sign_out_and_lead_to_no_other_site()
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = host.Http.BaseAddress };
        using var stranger = await Expect(HttpStatusCode.Found, browser.GetAsync("/"));
        Assert.Equal("/sign-in?ReturnUrl=%2F", stranger.Headers.Location!.PathAndQuery);

        using var wrong = await Post("/sign-in", "/sign-in", ("user", "ann"), ("password", "wrong"), ("returnUrl", ""));
        Assert.Contains("not the password", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var forged = await browser.PostAsync("/sign-in", new FormUrlEncodedContent([new("user", "ann"), new("password", "correct horse")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var away = await Post("/sign-in", "/sign-in", ("user", "ann"), ("password", "correct horse"), ("returnUrl", "https://elsewhere.example/"));
        Assert.Equal((HttpStatusCode.Found, "/"), (away.StatusCode, away.Headers.Location!.OriginalString));

        using var kept = await Post("/", "/note", ("note", "<b>milk</b>"));
        Assert.Contains("&lt;b&gt;milk", await browser.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("This device", await browser.GetStringAsync("/devices"), StringComparison.Ordinal);
        using var left = await Post("/", "/sign-out");
        Assert.Equal("/sign-in", left.Headers.Location!.OriginalString);
        using var gone = await Expect(HttpStatusCode.Found, browser.GetAsync("/"));

        async Task<HttpResponseMessage> Post(string page, string path, params (string Name, string Value)[] fields)
        {
            const string Field = "name=\"__RequestVerificationToken\" value=\"";
            var token = (await browser.GetStringAsync(page)).Split(Field)[1].Split('"')[0];
            using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
            return await browser.PostAsync(path, form);
        }
    }

    [Fact]
    public async Task Who_shows_no_session_or_nonsense_is_told_so()
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath, "--sessions:max-data-bytes=2000");
        await ExpectNoSession(host.SendAsync(HttpMethod.Get, "/api/me"));
        await ExpectNoSession(host.SendAsync(HttpMethod.Get, "/api/me", "never-issued"));
        await ExpectNoSession(host.SendAsync(HttpMethod.Post, "/api/sign-in", body: new { user = "ann", password = "wrong" }));
        await ExpectNoSession(host.SendAsync(HttpMethod.Post, "/api/sign-in", body: new { user = "eve", password = "correct horse" }));
        await ExpectNoSession(host.SendAsync(HttpMethod.Post, "/api/sign-in", body: new { }));

        await Rejected("""{"user": """, "JSON");
        await Rejected("[]", "JSON");
        await Rejected("null", "body");
        await Rejected("""{"user": 7}""", "user");
        await Rejected("""{"user": "ann", "user": "bob"}""", "Duplicate");

        var session = await SignIn(host, "ann");
        using var list = await Expect(HttpStatusCode.BadRequest, host.SendAsync(HttpMethod.Put, "/api/me", session, new[] { 1 }));
        using var large = await Expect(HttpStatusCode.BadRequest, host.SendAsync(HttpMethod.Put, "/api/me", session, new { note = new string('x', 2000) }));
        Assert.Contains("max-data-bytes", await large.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(("ann", "{}"), await Me(host, session));
        using var health = await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Get, "/health"));
        Assert.Equal("""{"sessions":1}""", await health.Content.ReadAsStringAsync());

        async Task Rejected(string body, string because)
        {
            using var content = new StringContent(body, mediaType: new("application/json"));
            using var response = await Expect(HttpStatusCode.BadRequest, host.Http.PostAsync("/api/sign-in", content));
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Contains(because, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    /// <remarks>
    /// A connection that is refused, that the kernel resets since nobody has taken it, or that Kestrel closes before it has read a request from it, is the
    /// next instance's: its change is not in the file. Whatever was taken is answered, and not with an error.
    /// </remarks>
    [Theory]
    [InlineData(HostProcess.SigTerm)]
    [InlineData(HostProcess.SigInt)]
    public async Task A_stop_under_load_fails_no_request_that_was_taken(int signal)
    {
        const int Callers = 16;
        using var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        using var underWay = new CountdownEvent(Callers);
        var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var (session, answered) = (await SignIn(host, caller % 2 == 0 ? "ann" : "bob"), -1);
            try
            {
                for (var i = 0; ; i++)
                {
                    using var response = await host.SendAsync(HttpMethod.Put, "/api/me", session, new { i }, onConnectionOfItsOwn: true);
                    Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
                    answered = i;
                    if (i == 10)
                    {
                        underWay.Signal();
                    }
                }
            }
            catch (HttpRequestException e) when (
                e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded
                || e.InnerException?.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                return (session, answered);
            }
        })).ToList();
        await Task.Factory.StartNew(underWay.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.Equal(0, await host.StopAsync(signal));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.journal-*"));
        var kept = JsonNode.Parse(File.ReadAllText(JsonPath))!["_default"]!.AsObject()
            .ToDictionary(document => (string)document.Value!["session_id"]!, document => (int)JsonNode.Parse((string)document.Value!["data"]!)!["i"]!);
        foreach (var (session, answered) in await Task.WhenAll(callers))
        {
            Assert.Equal(answered, kept[session]);
        }
    }

    [Fact]
    public async Task SIGTERM_ends_it_with_exit_code_0_and_everything_in_the_JSON_file()
    {
        string session;
        using (var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath))
        {
            session = await SignIn(host, "ann");
            await Put(host, session, new { n = 1 });
            Assert.Equal(0, await host.StopAsync());
            Assert.DoesNotContain(session, host.Output + host.Errors, StringComparison.Ordinal);
        }

        Assert.Contains(session, File.ReadAllText(JsonPath), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.journal-*"));

        using var again = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        Assert.Equal(("ann", """{"n":1}"""), await Me(again, session));
    }

    [Fact]
    public async Task SIGKILL_loses_nothing_that_was_answered()
    {
        string kept, signedOut;
        using (var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath))
        {
            kept = await SignIn(host, "ann");
            signedOut = await SignIn(host, "ann");
            await Put(host, kept, new { n = 2 });
            await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Post, "/api/sign-out", signedOut));
            await host.KillAsync();
        }

        using var again = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        Assert.Equal(("ann", """{"n":2}"""), await Me(again, kept));
        await ExpectNoSession(again.SendAsync(HttpMethod.Get, "/api/me", signedOut));
    }

    [LinuxFact]
    public async Task A_disk_that_takes_no_more_is_a_503_until_it_does()
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        var session = await SignIn(host, "ann");
        host.LimitFiles(1000);
        var large = new { note = new string('x', 2000) };
        using var refused = await Expect(HttpStatusCode.ServiceUnavailable, host.SendAsync(HttpMethod.Put, "/api/me", session, large));
        Assert.DoesNotContain(_folder.Path, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(("ann", "{}"), await Me(host, session));

        host.LimitFiles(long.MaxValue);
        await Expect(HttpStatusCode.NoContent, host.SendAsync(HttpMethod.Put, "/api/me", session, large));
        Assert.Equal(0, await host.StopAsync());
    }

    [LinuxFact]
    public async Task A_moment_without_free_handles_ends_neither_the_sweeps_nor_the_operators_way()
    {
        using var host = await HostProcess.ListeningAsync(OnKeys, OnJsonPath, "--sessions:idle-timeout=01:00:00", "--sessions:sweep-interval=00:00:01", "--sessions:admin-socket=true");
        await SignIn(host, "ann");
        using (host.WithoutFreeHandles())
        {
            using var operatorsWay = SocketFile.TryConnect($"{JsonPath}.sock");
            await host.SaidAsync("(event 304)", times: 2);
            await host.SaidAsync("(event 602)", times: 2);
        }

        var swept = AdminClient.TryRun($"{JsonPath}.sock", new AdminRequest { Command = AdminCommand.Sweep }, new HeardReply());
        Assert.Equal(0, JsonElement.Parse(swept).GetProperty("sessions").GetInt32());
        Assert.Equal(0, await host.StopAsync());
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_a_503_and_a_SIGKILL_on_it_loses_nothing_that_was_answered()
    {
        using var disk = new SmallDisk(kilobytes: 256);
        disk.Fill(kilobytes: 128);
        var onDisk = $"--sessions:json-path={disk.File("sessions.json")}";
        string first, last;
        using (var host = await HostProcess.ListeningAsync(OnKeys, Jam, onDisk))
        {
            first = await SignIn(host, "ann");
            await Put(host, first, new { n = 1 });
            last = await SignIn(host, "bob");
            HttpResponseMessage response;
            for (var i = 0; (response = await host.SendAsync(HttpMethod.Put, "/api/me", last, new { i, note = new string('x', 10_000) })).IsSuccessStatusCode; i++)
            {
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            disk.Fill();
            await Expect(HttpStatusCode.ServiceUnavailable, host.SendAsync(HttpMethod.Put, "/api/me", first, new { n = 2 }));
            await Expect(HttpStatusCode.ServiceUnavailable, host.SendAsync(HttpMethod.Post, "/api/sign-out", last));
            Assert.Equal(("ann", """{"n":1}"""), await Me(host, first));
            await host.KillAsync();
        }

        disk.Free();
        using var again = await HostProcess.ListeningAsync(OnKeys, Jam, onDisk);
        Assert.Equal(("ann", """{"n":1}"""), await Me(again, first));
        Assert.Equal("bob", (await Me(again, last)).User);
        await Expect(HttpStatusCode.NoContent, again.SendAsync(HttpMethod.Put, "/api/me", first, new { n = 2 }));
        Assert.Equal(("ann", """{"n":2}"""), await Me(again, first));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Its_files_are_the_owners_alone_though_its_umask_takes_nothing_away()
    {
        using var host = await HostProcess.ListeningWithUmaskAsync("000", OnKeys, Jam, OnJsonPath);
        await SignIn(host, "ann");
        AssertPrivate("sessions.json.journal-1", "sessions.json.lock");
        Assert.Equal(0, await host.StopAsync());
        AssertPrivate("sessions.json", "sessions.json.lock");

        void AssertPrivate(params string[] names)
        {
            Assert.Equal(names, Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
            Assert.All(names, name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(name))));
        }
    }

    [Fact]
    public async Task It_knows_the_sessions_of_a_file_that_jam_wrote()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Fixtures/v3.2.0/plain/one.uuid.json"), JsonPath);
        using var host = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        Assert.Equal(
            ("user:1", """{"n":3,"name":"Ann","roles":["a","b"]}"""),
            await Me(host, "5a7c13c7-766b-45e6-911c-c4aaa6832246"));
    }

    [Fact]
    public async Task It_knows_the_sessions_of_an_encrypted_file_that_jam_wrote()
    {
        var fixture = Path.Combine(AppContext.BaseDirectory, "Fixtures/v3.2.0/crypt/one.uuid");
        File.Copy(fixture + ".json", JsonPath);
        using var expected = JsonDocument.Parse(File.ReadAllText(fixture + ".expected.json"));
        var id = expected.RootElement[0].GetProperty("session_id").GetString()!;

        using var host = await HostProcess.ListeningAsync(
            OnKeys, Jam, OnJsonPath, "--sessions:is-session-crypt=true", $"--sessions:session-aes-secret={fixture}.key");
        Assert.Equal(("user:1", """{"n":3,"name":"Ann","roles":["a","b"]}"""), await Me(host, id));
    }

    [Fact]
    public async Task A_file_in_use_ends_the_second_process_with_the_reason()
    {
        using var first = await HostProcess.ListeningAsync(OnKeys, Jam, OnJsonPath);
        var (exitCode, errors) = await HostProcess.FailingAsync(OnKeys, OnJsonPath);
        Assert.Equal(1, exitCode);
        Assert.Contains("One process owns a session file", errors, StringComparison.Ordinal);
        await SignIn(first, "ann");
    }

    [Fact]
    public async Task A_damaged_file_ends_it_with_the_reason_and_stays_as_it_is()
    {
        const string Damaged = """{"_default": {"1": {"key": "ann", "sess""";
        File.WriteAllText(JsonPath, Damaged);
        var (exitCode, errors) = await HostProcess.FailingAsync(OnKeys, OnJsonPath);
        Assert.Equal(1, exitCode);
        Assert.Contains($"{JsonPath} is damaged at byte", errors, StringComparison.Ordinal);
        Assert.Equal(Damaged, File.ReadAllText(JsonPath));
    }

    [Fact]
    public async Task Misspelt_options_end_it_with_the_names_that_were_meant()
    {
        var (exitCode, errors) = await HostProcess.FailingAsync(OnKeys, "--sessions:josn-path=x", "--sessions:MaxKeyLenght=3");
        Assert.Equal(1, exitCode);
        Assert.Contains("josn-path is not known; did you mean json-path?", errors, StringComparison.Ordinal);
        Assert.Contains("MaxKeyLenght is not known; did you mean max-key-length?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_cannot_work_end_it_with_all_reasons()
    {
        var (exitCode, errors) = await HostProcess.FailingAsync(OnKeys, OnJsonPath, "--sessions:durability=some", "--sessions:flush-interval=2 h");
        Assert.Equal(1, exitCode);
        Assert.Contains("durability must be", errors, StringComparison.Ordinal);
        Assert.Contains("flush-interval must be", errors, StringComparison.Ordinal);
    }

    private static async Task<string> SignIn(HostProcess host, string user, string? before = null)
    {
        using var response = await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Post, "/api/sign-in", before, new { user, password = "correct horse" }));
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        return Cookie(response);
    }

    private static async Task Put(HostProcess host, string session, object data) =>
        (await Expect(HttpStatusCode.NoContent, host.SendAsync(HttpMethod.Put, "/api/me", session, data))).Dispose();

    private static async Task<(string? User, string Data)> Me(HostProcess host, string session)
    {
        using var response = await Expect(HttpStatusCode.OK, host.SendAsync(HttpMethod.Get, "/api/me", session));
        var me = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (me.GetProperty("user").GetString(), me.GetProperty("data").GetRawText());
    }

    private static async Task ExpectNoSession(Task<HttpResponseMessage> request)
    {
        using var response = await Expect(HttpStatusCode.Unauthorized, request);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    private static async Task<HttpResponseMessage> Expect(HttpStatusCode status, Task<HttpResponseMessage> request)
    {
        var response = await request;
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    private static string Cookie(HttpResponseMessage response) =>
        Assert.Single(response.Headers.GetValues("Set-Cookie")).Split(';')[0].Split('=', 2)[1];
}
