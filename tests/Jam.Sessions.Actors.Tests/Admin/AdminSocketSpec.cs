using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Jam.Sessions.Actors.Admin;
using Jam.Sessions.Actors.Disk;
using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Admin;

/// <summary>What a host opens for its operator, and for nobody else.</summary>
public sealed class AdminSocketSpec : EngineTest
{
    private string Socket => $"{JsonPath}.sock";

    [LinuxFact]
    public async Task Without_the_option_there_is_no_socket()
    {
        await using var engine = await StartAsync();
        Assert.False(File.Exists(Socket));
    }

    [LinuxFact]
    public async Task It_is_its_owners_alone_and_goes_with_the_engine()
    {
        await using (var engine = await StartAsync(options => options.AdminSocket = true))
        {
            Assert.Equal("0600", FileStatus.Of(Socket, follow: false)?.OctalRights);
        }

        Assert.False(File.Exists(Socket));
    }

    [LinuxFact]
    public void Nobody_can_connect_before_its_rights_are_set()
    {
        using var bound = SocketFile.Bind(Socket);
        Assert.Equal("0600", FileStatus.Of(Socket, follow: false)?.OctalRights);
        Assert.Null(SocketFile.TryConnect(Socket));
        bound.Socket.Listen();
        using var connection = SocketFile.TryConnect(Socket);
        Assert.NotNull(connection);
    }

    [LinuxFact]
    public async Task One_that_a_killed_process_left_is_replaced()
    {
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            stale.Bind(new UnixDomainSocketEndPoint($"{Socket}.then"));
            File.Move($"{Socket}.then", Socket);
        }

        Assert.NotNull(FileStatus.Of(Socket, follow: false));
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        Assert.Equal(0, Json(Run(AdminCommand.Stats)).GetProperty("live").GetInt32());
    }

    [LinuxFact]
    public async Task What_is_no_socket_is_left_alone_and_the_start_fails()
    {
        File.WriteAllText(Socket, "mine");
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync(options => options.AdminSocket = true));
        Assert.Contains("a regular file", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Socket));
        await using var engine = await StartAsync();
    }

    [LinuxFact]
    public async Task Another_engines_is_left_alone_and_the_start_fails()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var refusal = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync(options =>
        {
            (options.JsonPath, options.AdminSocket, options.AdminSocketPath) = ($"{JsonPath}2", true, Socket);
        }));
        Assert.Contains("Another engine listens", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(Run(AdminCommand.Stats));
    }

    [LinuxFact]
    public void A_name_that_is_anothers_by_now_is_not_removed()
    {
        var first = SocketFile.Bind(Socket);
        File.Delete(Socket);
        using var second = SocketFile.Bind(Socket);
        first.Dispose();
        Assert.True(File.Exists(Socket));
    }

    [LinuxFact]
    public void Other_users_than_root_and_the_engines_own_may_not_command_it()
    {
        Assert.True(PeerUser.MayCommand(PeerUser.Own));
        Assert.True(PeerUser.MayCommand(0));
        Assert.False(PeerUser.MayCommand(PeerUser.Own + 1));
    }

    [LinuxFact]
    public async Task The_kernel_says_who_connects()
    {
        using var bound = SocketFile.Bind(Socket);
        bound.Socket.Listen();
        using var connection = SocketFile.TryConnect(Socket);
        using var accepted = await bound.Socket.AcceptAsync();
        Assert.Equal(PeerUser.Own, PeerUser.Of(accepted));
    }

    [LinuxFact]
    public async Task No_answer_has_an_id_or_data()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var id = await engine.Client.CreateAsync("user1", Data("""{"secret": "marker"}"""));
        var handle = Json(Heard(new AdminRequest { Command = AdminCommand.List }).Items[0]).GetProperty("handle").GetString();
        foreach (var command in Enum.GetValues<AdminCommand>().Except([AdminCommand.Backup]))
        {
            var reply = new HeardReply();
            var done = AdminClient.TryRun(Socket, new AdminRequest { Command = command, IsDryRun = true, Selection = new Selection { Handle = handle } }, reply)!;
            var all = Encoding.UTF8.GetString(done) + string.Concat(reply.Items);
            Assert.DoesNotContain(id, all, StringComparison.Ordinal);
            Assert.DoesNotContain("marker", all, StringComparison.Ordinal);
        }
    }

    [LinuxFact]
    public async Task Ending_is_the_engines_own_command_and_is_durable()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var ids = await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => engine.Client.CreateAsync($"user{i % 100}", Data())));
        Assert.Equal(30, Json(Run(AdminCommand.End, new Selection { Key = "user7" })).GetProperty("sessions").GetInt32());
        Assert.Null(await engine.Client.GetAsync(ids[7]));
        Assert.NotNull(await engine.Client.GetAsync(ids[8]));
        var reply = new HeardReply();
        var done = AdminClient.TryRun(Socket, new AdminRequest { Command = AdminCommand.End, Selection = new Selection { All = true } }, reply)!;
        Assert.Equal(2970, Json(Encoding.UTF8.GetString(done)).GetProperty("sessions").GetInt32());
        Assert.Equal([(1000, 2970), (2000, 2970)], reply.Steps);
        Assert.Equal(0, (await engine.Client.CountAsync()).Sessions);
    }

    [LinuxFact]
    public async Task An_operator_who_goes_away_ends_no_more_and_what_was_done_is_told()
    {
        await using var engine = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
        var store = new LiveStore(JsonPath, engine.Services.Table, (SessionsRef)engine.Ref, engine.Services.Log!, new WallClock(TimeProvider.System));
        var refusal = Assert.Throws<AdminRefusal>(() => store.End([.. store.Sessions], done => _ = done < 5 ? 0 : throw new IOException()));
        Assert.StartsWith("5 sessions were ended", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(15, (await engine.Client.CountAsync()).Sessions);
    }

    [LinuxFact]
    public async Task A_disk_that_refuses_is_told_with_what_was_done()
    {
        var disk = new FaultyDisk();
        await using var engine = await StartOnAsync(disk);
        await engine.Client.CreateAsync("user1", Data());
        var store = new LiveStore(JsonPath, engine.Services.Table, (SessionsRef)engine.Ref, engine.Services.Log!, new WallClock(TimeProvider.System));
        disk.Fail("Sync", "Create");
        var refusal = Assert.Throws<AdminRefusal>(() => store.End([.. store.Sessions], _ => { }));
        disk.Heal();
        Assert.StartsWith("0 sessions were ended, and then: ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.End([.. store.Sessions], _ => { }));
    }

    [LinuxFact]
    public async Task A_dry_run_ends_nothing_and_a_request_that_selects_nothing_is_refused()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        await engine.Client.CreateAsync("user1", Data());
        var heard = Heard(new AdminRequest { Command = AdminCommand.End, IsDryRun = true, Selection = new Selection { All = true } });
        Assert.Equal("user1", heard.Item(0).GetProperty("key").GetString());
        Assert.Equal(1, (await engine.Client.CountAsync()).Sessions);
        Assert.Equal(AdminRefusalKind.BadRequest, Assert.Throws<AdminRefusal>(() => Run(AdminCommand.End)).Kind);
    }

    [LinuxFact]
    public async Task A_backup_has_all_that_was_acknowledged_before_and_changes_go_on_meanwhile()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var before = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
        var during = "";
        var reply = new HeardReply { OnCopy = () => during = engine.Client.CreateAsync("late", Data()).GetAwaiter().GetResult() };
        var done = Json(Encoding.UTF8.GetString(AdminClient.TryRun(Socket, new AdminRequest { Command = AdminCommand.Backup }, reply)!));
        Assert.Equal(reply.Copy.Length, done.GetProperty("length").GetInt64());
        var copy = $"{JsonPath}.copy";
        File.WriteAllBytes(copy, reply.Copy.ToArray());
        await using var restored = await StartAsync(options => options.JsonPath = copy);
        Assert.Equal(200, (await restored.Client.CountAsync()).Sessions);
        Assert.All(before, id => Assert.NotNull(restored.Client.PeekAsync(id).AsTask().GetAwaiter().GetResult()));
        Assert.Null(await restored.Client.GetAsync(during));
        Assert.NotNull(await engine.Client.GetAsync(during));
    }

    /// <summary>Each session always has one id: a copy that has none or two of it would be of two instants.</summary>
    [LinuxFact]
    public async Task A_backup_has_no_change_by_half_while_all_sessions_change()
    {
        const int users = 40;
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var ids = await Task.WhenAll(Enumerable.Range(0, users).Select(i => engine.Client.CreateAsync($"user{i}", Data())));
        using var enough = new CancellationTokenSource();
        var changes = 0;
        var callers = ids.Select(async first =>
        {
            for (var id = first; !enough.IsCancellationRequested; Interlocked.Increment(ref changes))
            {
                id = await engine.Client.ReworkAsync(id);
            }
        }).ToList();
        for (var i = 0; i < 10; i++)
        {
            var reply = new HeardReply();
            AdminClient.TryRun(Socket, new AdminRequest { Command = AdminCommand.Backup }, reply);
            using var copy = JsonDocument.Parse(reply.Copy.ToArray());
            var keys = copy.RootElement.GetProperty("_default").EnumerateObject().Select(document => document.Value.GetProperty("key").GetString()).ToList();
            Assert.Equal(users, keys.Count);
            Assert.Equal(users, keys.Distinct().Count());
        }

        await enough.CancelAsync();
        await Task.WhenAll(callers);
        Assert.True(changes > users);
    }

    [LinuxFact]
    public async Task An_operator_who_says_nothing_does_not_keep_the_engine_from_its_end()
    {
        var engine = await StartAsync(options => options.AdminSocket = true);
        using var silent = SocketFile.TryConnect(Socket)!;
        await using var stream = new NetworkStream(silent);
        AdminFrame.ReadGreeting(stream);
        await engine.DisposeAsync();
        Assert.Null(AdminFrame.Read(stream, AdminFrame.MaxLength));
        await using var next = await StartAsync(options => options.AdminSocket = true);
    }

    [LinuxFact]
    public async Task Nobody_waits_for_operators_any_more_when_the_engine_has_ended()
    {
        await using (await StartAsync(options => options.AdminSocket = true))
        {
            Assert.Contains("jam.sessions.ad", ThreadNames());
        }

        Assert.True(SpinWait.SpinUntil(() => !ThreadNames().Contains("jam.sessions.ad"), TimeSpan.FromSeconds(30)));
    }

    [LinuxFact]
    public async Task What_an_operator_changes_is_in_the_log_and_what_one_reads_is_not()
    {
        CapturedLog.TakeLines();
        using var system = ActorSystem.Create("operated", CapturedLog.Everything);
        await using (var engine = await JamSessions.StartAsync(system, new JamSessionsOptions { JsonPath = JsonPath, AdminSocket = true }))
        {
            await engine.Client.CreateAsync("user1", Data());
            Run(AdminCommand.Stats);
            Assert.Throws<AdminRefusal>(() => Run(AdminCommand.Show));
            Heard(new AdminRequest { Command = AdminCommand.End, IsDryRun = true, Selection = new Selection { All = true } });
            Run(AdminCommand.End, new Selection { All = true });
            Assert.Throws<AdminRefusal>(() => Run(AdminCommand.End));
        }

        await system.Terminate();
        Assert.Equal(
            ["end, 1 sessions (event 604)", "end failed: end needs to be told which sessions. (event 605)"],
            CapturedLog.TakeLines().Where(line => line.Contains("admin: user", StringComparison.Ordinal)).Select(line => line[(line.IndexOf("end", StringComparison.Ordinal))..].Trim()));
    }

    [LinuxFact]
    public async Task More_than_a_few_operators_at_a_time_are_told_so()
    {
        await using var engine = await StartAsync(options => options.AdminSocket = true);
        var silent = Enumerable.Range(0, 4).Select(_ => new NetworkStream(SocketFile.TryConnect(Socket)!, ownsSocket: true)).ToList();
        silent.ForEach(AdminFrame.ReadGreeting);
        Assert.Equal(AdminRefusalKind.Refused, Assert.Throws<AdminRefusal>(() => Run(AdminCommand.Stats)).Kind);
        silent.ForEach(stream => stream.Dispose());
    }

    /// <summary>As Linux has them, cut to 15 bytes.</summary>
    private static HashSet<string> ThreadNames() => [.. Directory.GetDirectories("/proc/self/task").Select(NameOf)];

    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static JsonElement Json(string json) => JsonElement.Parse(json);

    private string Run(AdminCommand command, Selection? selection = null) =>
        Encoding.UTF8.GetString(AdminClient.TryRun(Socket, new AdminRequest { Command = command, Selection = selection ?? new Selection() }, new HeardReply())!);

    private HeardReply Heard(AdminRequest request)
    {
        var reply = new HeardReply();
        Assert.NotNull(AdminClient.TryRun(Socket, request, reply));
        return reply;
    }
}
