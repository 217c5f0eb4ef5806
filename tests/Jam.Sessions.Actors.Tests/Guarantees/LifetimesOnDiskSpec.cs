using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Lifetimes across restarts and crashes, and what of them is in the files.</summary>
public sealed class LifetimesOnDiskSpec : EngineTest
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan s_touch = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(s_noon);

    [Fact]
    public async Task A_clean_stop_keeps_deadlines_to_the_tick()
    {
        _time.Advance(TimeSpan.FromMilliseconds(123.456));
        string id, own;
        DateTimeOffset? deadline;
        await using (var engine = await StartAsync(Timed))
        {
            (id, own) = (await engine.CreateAsync("user1", Data()), await engine.CreateAsync("user1", Data(), new SessionLifetime(TimeSpan.FromSeconds(90.5), Timeout.InfiniteTimeSpan)));
            _time.Advance(TimeSpan.FromSeconds(77.7));
            deadline = (await engine.GetAsync(id))!.ExpiresAt;
        }

        await using var again = await StartAsync(Timed);
        Assert.Equal(deadline, (await again.PeekAsync(id))!.ExpiresAt);
        Assert.Equal(new SessionLifetime(TimeSpan.FromSeconds(90.5), Timeout.InfiniteTimeSpan), (await again.PeekAsync(own))!.Lifetime);
        Assert.Equal((await again.ListAsync("user1")).Select(session => session.Handle), [(await again.PeekAsync(id))!.Handle, (await again.PeekAsync(own))!.Handle]);
        _time.Advance(deadline!.Value - _time.GetUtcNow());
        Assert.Equal(SessionEndReason.Idle, Assert.IsType<SessionMissing>(await again.LookupAsync(id)).Why);
    }

    [Fact]
    public async Task After_a_crash_a_session_lives_up_to_one_touch_interval_longer_and_never_shorter()
    {
        await using var engine = await StartAsync(Timed);
        var id = await engine.CreateAsync("user1", Data());
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(17));
            await engine.GetAsync(id);

            // A durable change of another session: what was handed over before it is durable too.
            await engine.CreateAsync("user2", Data("{}"));
            var seen = _time.GetUtcNow();
            await using var survivor = await StartAsync(o =>
            {
                Timed(o);
                o.JsonPath = CrashCopy(i);
                o.TimeProvider = new FakeTimeProvider(seen + TimeSpan.FromMinutes(5));
            });
            Assert.InRange((await survivor.PeekAsync(id))!.ExpiresAt!.Value, seen + s_idle, seen + s_idle + s_touch + TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_session_is_in_the_journal_once_in_a_touch_interval_however_often_it_is_read()
    {
        await using var engine = await StartAsync(Timed);
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => engine.CreateAsync($"user{i}", Data("{}"))));
        for (var round = 0; round < 40; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(3));
            foreach (var id in ids)
            {
                await engine.GetAsync(id);
            }
        }

        await engine.CreateAsync("last", Data());
        var touches = JournalText().Split("{\"seen\": {").Length - 1;
        Assert.InRange(touches, 100, 200);
    }

    [Fact]
    public async Task The_life_of_what_a_file_brings_along_begins_when_it_is_first_opened_with_an_option_on()
    {
        File.WriteAllText(JsonPath, """{"_default": {"1": {"key": "user1", "session_id": "old", "data": "{}", "created_at": 1000000000.5, "expires_at": 5}}}""");
        await using (var engine = await StartAsync(Timed))
        {
            Assert.Equal(s_noon + s_idle, (await engine.PeekAsync("old"))!.ExpiresAt);
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        await using (var engine = await StartAsync(Timed))
        {
            Assert.Equal(s_noon + s_idle, (await engine.PeekAsync("old"))!.ExpiresAt);
            Assert.NotNull(await engine.GetAsync("old"));
        }

        var document = Document("1");
        Assert.Equal(5, (int)document["expires_at"]!);
        Assert.Equal(UnixSeconds(_time.GetUtcNow()), (double)document["jam_sessions"]!["seen"]!);
        Assert.Equal(UnixSeconds(s_noon), (double)document["jam_sessions"]!["since"]!);
        _time.Advance(TimeSpan.FromHours(8));
        await using (var engine = await StartAsync(o =>
        {
            Timed(o);
            (o.IdleTimeout, o.MaxLifetime) = (Timeout.InfiniteTimeSpan, TimeSpan.FromHours(8));
        }))
        {
            Assert.Equal(SessionEndReason.MaxLifetime, Assert.IsType<SessionMissing>(await engine.LookupAsync("old")).Why);
        }
    }

    [Fact]
    public async Task Without_lifetimes_the_file_is_jams_byte_for_byte()
    {
        await using (var engine = await StartAsync(o => (o.TimeProvider, o.MaxSessionsPerKey, o.SessionLimitPolicy, o.MaxSessions) = (_time, 2, SessionLimitPolicy.EndOldest, 100)))
        {
            await engine.CreateAsync("user1", Data("""{"a": 1}"""));
        }

        Assert.Matches("""^\{"_default": \{"1": \{"key": "user1", "session_id": "[-0-9a-f]{36}", "data": "\{\\"a\\": 1\}", "created_at": 1795694400.0\}\}\}$""", File.ReadAllText(JsonPath));
    }

    [Fact]
    public async Task What_is_swept_leaves_memory_journal_and_file()
    {
        await using (var engine = await StartAsync(Timed))
        {
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => engine.CreateAsync($"user{i % 300}", Data("{}"))));
            await engine.FlushAsync();
            _time.Advance(s_idle);
            var living = await engine.CreateAsync("user7", Data());
            Assert.Equal(1000, await engine.SendAsync(new SweepSessions()));
            Assert.Equal(new SessionCount(1, 1), await engine.CountAsync());
            Assert.NotNull(await engine.GetAsync(living));
        }

        Assert.Single(JsonNode.Parse(File.ReadAllText(JsonPath))!["_default"]!.AsObject());
    }

    [Fact]
    public async Task A_member_of_ours_that_is_nothing_of_ours_is_kept_until_the_session_needs_it()
    {
        const string File1 = """{"_default": {"1": {"key": "user1", "session_id": "old", "data": "{}", "created_at": 1.5, "jam_sessions": [1, 2]}}}""";
        File.WriteAllText(JsonPath, File1);
        await using (var engine = await StartAsync())
        {
            await engine.UpdateAsync("old", Data("""{"n": 1}"""));
        }

        Assert.Contains("\"jam_sessions\": [1, 2]", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await using (var engine = await StartAsync(Timed))
        {
            Assert.NotNull((await engine.PeekAsync("old"))!.ExpiresAt);
        }

        Assert.Equal(UnixSeconds(s_noon), (double)Document("1")["jam_sessions"]!["since"]!);
    }

    [Theory]
    [InlineData("""{"seen": 1795694400.0}""", "12:20:00")]
    [InlineData("""{"seen": 1795694340, "idle": 60.0}""", "12:00:00")]
    [InlineData("""{"max": null, "idle": null, "seen": 1795694400.0}""", null)]
    [InlineData("""{"seen": 99999999999.0}""", "12:20:00")]
    public async Task A_member_of_ours_is_read_in_any_order_and_a_time_to_come_is_now(string member, string? deadline)
    {
        File.WriteAllText(JsonPath, $"{{\"_default\": {{\"1\": {{\"key\": \"user1\", \"jam_sessions\": {member}, \"session_id\": \"old\", \"data\": \"{{}}\", \"created_at\": 1795694400.0}}}}}}");
        await using var engine = await StartAsync(o =>
        {
            Timed(o);
            o.TimeProvider = new FakeTimeProvider(s_noon - TimeSpan.FromTicks(1));
        });
        var session = Assert.IsType<SessionFound>(await engine.SendAsync(new PeekSession("old"))).Session;
        Assert.Equal(deadline, session.ExpiresAt?.AddTicks(session.LastSeenAt < s_noon && deadline == "12:20:00" ? 1 : 0).ToString("HH:mm:ss", CultureInfo.InvariantCulture));
    }

    private void Timed(JamSessionsOptions options)
    {
        (options.TimeProvider, options.IdleTimeout, options.TouchInterval) = (_time, s_idle, s_touch);
        options.SweepInterval = Timeout.InfiniteTimeSpan;
    }

    private static double UnixSeconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private JsonNode Document(string name) => JsonNode.Parse(File.ReadAllText(JsonPath))!["_default"]![name]!;

    private string JournalText() => string.Concat(Directory.GetFiles(Folder, "sessions.json.journal-*").Select(path => Encoding.UTF8.GetString(OpenFiles.Read(path))));

    /// <summary>The files as a crash at this moment would leave them.</summary>
    private string CrashCopy(int number)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $"crash-{number}")).FullName;
        foreach (var file in Directory.GetFiles(Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            OpenFiles.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, "sessions.json");
    }
}
