using Akka;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>When sessions end.</summary>
public abstract partial class SessionsContract
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset s_noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_noon);

    // Each verb that needs a living session, and what it says of one that has ended.
    public static TheoryData<string> VerbsOnLiving => ["get", "peek", "list", "count", "update", "patch", "touch", "touch with a lifetime", "rework", "delete", "end", "clear"];

    [Theory]
    [MemberData(nameof(VerbsOnLiving))]
    public async Task Dead_at_the_deadline_and_alive_one_tick_before(string verb)
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute);
        var (dying, living) = (await sessions.Client.CreateAsync("dying", Data()), await sessions.Client.CreateAsync("living", Data()));
        var handles = (Dying: (await sessions.Client.PeekAsync(dying))!.Handle, Living: (await sessions.Client.PeekAsync(living))!.Handle);
        Assert.Equal(s_noon + s_minute, (await sessions.Client.PeekAsync(living))!.ExpiresAt);
        _time.Advance(s_minute - s_tick);
        Assert.True(await FindsAsync(sessions.Client, verb, "living", living, handles.Living));
        _time.Advance(s_tick);
        Assert.False(await FindsAsync(sessions.Client, verb, "dying", dying, handles.Dying));
        Assert.Equal(SessionEndReason.Idle, Assert.IsType<SessionMissing>(await sessions.Client.LookupAsync(dying)).Why);
    }

    [Fact]
    public async Task Use_keeps_a_session_alive_and_peeking_does_not()
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute);
        var (used, touched, updated, peeked) = (await CreateAsync(sessions), await CreateAsync(sessions), await CreateAsync(sessions), await CreateAsync(sessions));
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(s_minute / 2);
            Assert.NotNull(await sessions.Client.GetAsync(used));
            await sessions.Client.TouchAsync(touched);
            await sessions.Client.UpdateAsync(updated, Data());
            Assert.Equal(i < 1, await sessions.Client.PeekAsync(peeked) is not null);
            Assert.Equal(i < 1 ? 4 : 3, (await sessions.Client.ListAsync("user1")).Count);
        }

        Assert.Equal(_time.GetUtcNow(), (await sessions.Client.PeekAsync(used))!.LastSeenAt);
        _time.Advance(s_minute);
        Assert.Equal(0, (await sessions.Client.CountAsync("user1")).Sessions);
    }

    [Theory]
    [InlineData(1000, 50)]
    [InlineData(1000, 900)]
    [InlineData(1500, 400)]
    [InlineData(60_000, 700)]
    public async Task A_session_in_constant_use_does_not_end(int idle, int every)
    {
        await using var sessions = await BeginTimedAsync(idle: TimeSpan.FromMilliseconds(idle));
        var (read, updated) = (await CreateAsync(sessions), await CreateAsync(sessions));
        for (var i = 0; i < 200; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(every));
            Assert.NotNull(await sessions.Client.GetAsync(read));
            await sessions.Client.TouchAsync(updated);
        }
    }

    [Fact]
    public async Task No_use_lifts_the_greatest_age_and_only_a_new_one_moves_it()
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute, max: 5 * s_minute);
        var id = await CreateAsync(sessions);
        var mine = await sessions.Client.CreateAsync("user1", Data(), new SessionLifetime(Timeout.InfiniteTimeSpan, Max: 3 * s_minute));
        (id, var end) = await UseUntilDeadAsync(sessions, id);
        Assert.Equal(s_noon + (5 * s_minute), end);
        Assert.Equal(SessionEndReason.MaxLifetime, Assert.IsType<SessionMissing>(await sessions.Client.LookupAsync(id)).Why);
        Assert.Equal(SessionEndReason.MaxLifetime, (await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Client.UpdateAsync(mine, Data()))).Why);
    }

    [Fact]
    public async Task A_lifetime_of_its_own_wins_over_the_default_and_never_over_the_greatest_age()
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute, max: 10 * s_minute);
        var client = sessions.Client;
        var forever = await client.CreateAsync("user1", Data(), new SessionLifetime(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        var older = await client.CreateAsync("user1", Data(), new SessionLifetime(Idle: 3 * s_minute, Max: TimeSpan.FromDays(30)));
        var brief = await client.CreateAsync("user1", Data(), new SessionLifetime(Idle: TimeSpan.FromSeconds(10)));
        Assert.Equal(s_noon + (10 * s_minute), (await client.PeekAsync(forever))!.ExpiresAt);
        Assert.Equal(s_noon + (3 * s_minute), (await client.PeekAsync(older))!.ExpiresAt);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await client.GetAsync(brief));
        await client.TouchAsync(older, new SessionLifetime(Max: 4 * s_minute));
        Assert.Equal(new SessionLifetime(3 * s_minute, 4 * s_minute), (await client.PeekAsync(older))!.Lifetime);
        var moved = await client.ReworkAsync(older, Data("""{"n": 1}"""), new SessionLifetime(Idle: 2 * s_minute));
        Assert.Equal((new SessionLifetime(2 * s_minute, 4 * s_minute), """{"n": 1}"""), ((await client.PeekAsync(moved))!.Lifetime, (await client.PeekAsync(moved))!.Data.Json));
        Assert.Equal(SessionEndReason.Reworked, Assert.IsType<SessionMissing>(await client.LookupAsync(older)).Why);
        await client.SendAsync(new UpdateSession(moved, Data()) { Lifetime = new SessionLifetime(Idle: TimeSpan.FromDays(1), Max: TimeSpan.FromDays(1)) });
        Assert.Equal(s_noon + (10 * s_minute), (await client.PeekAsync(moved))!.ExpiresAt);
        _time.Advance((10 * s_minute) - TimeSpan.FromSeconds(10));
        Assert.Equal(0, (await client.CountAsync("user1")).Sessions);
    }

    [Fact]
    public async Task Without_options_only_the_session_that_asks_for_it_ends()
    {
        await using var sessions = await BeginAsync(o => o.TimeProvider = _time);
        var (timed, eternal) = (await sessions.Client.CreateAsync("user1", Data(), new SessionLifetime(Max: s_minute)), await CreateAsync(sessions));
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal(1, await sessions.Client.SendAsync(new SweepSessions()));
        Assert.Null(await sessions.Client.GetAsync(timed));
        var session = (await sessions.Client.GetAsync(eternal))!;
        Assert.Equal((null, null, null), (session.Lifetime, session.LastSeenAt, session.ExpiresAt));
        await sessions.Client.TouchAsync(eternal, new SessionLifetime(Idle: s_minute));
        _time.Advance(s_minute);
        Assert.Null(await sessions.Client.GetAsync(eternal));
    }

    [Fact]
    public async Task A_clock_that_is_put_back_brings_nothing_to_life_and_one_that_jumps_ahead_counts()
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute);
        var (dead, seen) = (await CreateAsync(sessions), await sessions.Client.CreateAsync("user2", Data(), new SessionLifetime(Idle: TimeSpan.FromHours(1))));
        _time.Advance(s_minute);
        Assert.Null(await sessions.Client.GetAsync(dead));
        _time.AdjustTime(s_noon - TimeSpan.FromHours(10));
        Assert.Null(await sessions.Client.GetAsync(dead));
        Assert.Empty(await sessions.Client.ListAsync("user1"));
        Assert.NotNull(await sessions.Client.GetAsync(seen));
        Assert.NotNull(await sessions.Client.GetAsync(await CreateAsync(sessions)));
        _time.AdjustTime(s_noon + TimeSpan.FromDays(1));
        Assert.Null(await sessions.Client.GetAsync(seen));
    }

    [Fact]
    public async Task A_sweep_removes_exactly_what_has_ended_and_forgets_why_not()
    {
        await using var sessions = await BeginTimedAsync(idle: s_minute);
        var dead = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => sessions.Client.CreateAsync($"user{i % 10}", Data())));
        _time.Advance(s_minute / 2);
        var living = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => sessions.Client.CreateAsync($"user{i % 20}", Data())));
        _time.Advance(s_minute / 2);
        Assert.Equal(new SessionCount(70, 20), await sessions.Client.CountAsync());
        Assert.Equal(50, await sessions.Client.SendAsync(new SweepSessions()));
        Assert.Equal(0, await sessions.Ref.Ask<int>(new SweepSessions()));
        Assert.Equal(new SessionCount(20, 20), await sessions.Client.CountAsync());
        foreach (var id in dead)
        {
            Assert.Equal(SessionEndReason.Idle, Assert.IsType<SessionMissing>(await sessions.Client.LookupAsync(id)).Why);
        }

        foreach (var id in living)
        {
            Assert.NotNull(await sessions.Client.GetAsync(id));
        }
    }

    [Fact]
    public async Task Whoever_asks_is_told_why()
    {
        await using var sessions = await BeginAsync(o => o.MaxSessionsPerKey = 1);
        var client = sessions.Client;
        var deleted = await CreateAsync(sessions);
        await client.DeleteAsync(deleted);
        var cleared = await CreateAsync(sessions);
        await client.ClearAsync("user1");
        var ended = await CreateAsync(sessions);
        await client.EndAsync("user1", (await client.PeekAsync(ended))!.Handle);
        var reworked = await CreateAsync(sessions);
        await client.ReworkAsync(reworked);
        foreach (var (id, why) in new[] { (deleted, SessionEndReason.Deleted), (cleared, SessionEndReason.Cleared), (ended, SessionEndReason.Deleted), (reworked, SessionEndReason.Reworked), ("nobody", SessionEndReason.Unknown) })
        {
            Assert.Equal(why, Assert.IsType<SessionMissing>(await client.LookupAsync(id)).Why);
            Assert.Equal(why, (await Assert.ThrowsAsync<SessionNotFoundException>(() => client.ReworkAsync(id))).Why);
            Assert.Equal(why, (await Assert.ThrowsAsync<SessionNotFoundException>(() => sessions.Ref.Ask<Done>(new TouchSession(id)))).Why);
        }
    }

    private static async Task<string> CreateAsync(Sessions sessions) => await sessions.Client.CreateAsync("user1", Data());

    /// <summary>Whether a verb treats a session as alive.</summary>
    private static async Task<bool> FindsAsync(IJamSessions client, string verb, string key, string id, string handle)
    {
        try
        {
            switch (verb)
            {
                case "get":
                    return await client.GetAsync(id) is not null;
                case "peek":
                    return await client.PeekAsync(id) is not null;
                case "list":
                    return (await client.ListAsync(key)).Any(session => session.Handle == handle);
                case "count":
                    return (await client.CountAsync(key)).Sessions > 0;
                case "update":
                    await client.UpdateAsync(id, Data());
                    return true;
                case "patch":
                    await client.PatchAsync(id, Data());
                    return true;
                case "touch":
                    await client.TouchAsync(id);
                    return true;
                case "touch with a lifetime":
                    await client.TouchAsync(id, new SessionLifetime(TimeSpan.FromDays(1)));
                    return true;
                case "rework":
                    return await client.ReworkAsync(id) is not null;
                case "delete":
                    return await client.DeleteAsync(id);
                case "end":
                    return await client.EndAsync(key, handle);
                default:
                    return await client.ClearAsync(key) > 0;
            }
        }
        catch (SessionNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Uses a session in every way that there is, and says when it was dead first.</summary>
    private async Task<(string Id, DateTimeOffset End)> UseUntilDeadAsync(Sessions sessions, string id)
    {
        while (await sessions.Client.GetAsync(id) is not null)
        {
            await sessions.Client.TouchAsync(id);
            await sessions.Client.TouchAsync(id, new SessionLifetime(Idle: TimeSpan.FromMinutes(2)));
            await sessions.Client.UpdateAsync(id, Data());
            await sessions.Client.PatchAsync(id, Data());
            id = await sessions.Client.ReworkAsync(id);
            _time.Advance(TimeSpan.FromSeconds(30));
        }

        return (id, _time.GetUtcNow());
    }

    private Task<Sessions> BeginTimedAsync(TimeSpan? idle = null, TimeSpan? max = null) => BeginAsync(o =>
    {
        (o.TimeProvider, o.IdleTimeout, o.MaxLifetime) = (_time, idle, max);
        o.SweepInterval = Timeout.InfiniteTimeSpan;
    });
}
