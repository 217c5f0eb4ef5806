using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>A rework whose old id still works for a while, and whose use after that is noticed.</summary>
public abstract partial class SessionsContract
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Within_the_grace_the_old_id_works_for_every_verb_and_shows_what_was_presented()
    {
        await using var sessions = await BeginWithGraceAsync(new FakeTimeProvider(s_noon));
        var client = sessions.Client;
        var first = await client.CreateAsync("user1", Data("""{"a": 1}"""));
        var second = await client.ReworkAsync(first);
        var (old, current) = ((await client.GetAsync(first))!, (await client.GetAsync(second))!);
        Assert.Equal((first, second, "user1", """{"a": 1}"""), (old.Id, current.Id, old.Key, old.Data.Json));
        Assert.Equal((current.Handle, current.CreatedAt, current.ExpiresAt), (old.Handle, old.CreatedAt, old.ExpiresAt));
        Assert.Equal(first, (await client.PeekAsync(first))!.Id);

        await client.UpdateAsync(first, Data("""{"a": 2}"""));
        await client.PatchAsync(first, set: Data("""{"b": 3}"""));
        await client.TouchAsync(first, new SessionLifetime(TimeSpan.FromHours(1)));
        Assert.Equal("""{"a": 2,"b": 3}""", (await client.GetAsync(second))!.Data.Json);
        var other = await client.CreateAsync("user1", Data());
        Assert.Equal(1, await client.ClearOthersAsync("user1", first));
        Assert.Null(await client.GetAsync(other));
        Assert.NotNull(await client.GetAsync(second));
        Assert.True(await client.DeleteAsync(first));
        Assert.Null(await client.GetAsync(second));
        Assert.False(await client.DeleteAsync(first));
    }

    [Fact]
    public async Task Within_the_grace_a_rework_whose_answer_was_lost_gives_the_same_id()
    {
        await using var sessions = await BeginWithGraceAsync(new FakeTimeProvider(s_noon));
        var client = sessions.Client;
        var first = await client.CreateAsync("user1", Data());
        var second = await client.ReworkAsync(first);
        Assert.Equal(second, await client.ReworkAsync(first));
        Assert.Equal(second, await client.ReworkAsync(first, Data("""{"again": true}""")));
        Assert.Equal("""{"again": true}""", (await client.GetAsync(second))!.Data.Json);
        Assert.Single(await client.ListAsync("user1"));

        var tabs = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => client.ReworkAsync(second)));
        var third = Assert.Single(tabs.Distinct());
        Assert.NotEqual(second, third);
        Assert.Single(await client.ListAsync("user1"));
    }

    [Fact]
    public async Task A_rework_whose_answer_was_lost_changes_nothing_when_it_comes_again()
    {
        await using var sessions = await BeginWithGraceAsync(new FakeTimeProvider(s_noon));
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data());
        await client.ReworkAsync(first);
        await client.ReworkAsync(first);
        await client.CreateAsync("user2", Data());
        Assert.Equal([typeof(SessionCreated), typeof(SessionReworked), typeof(SessionCreated)], (await TakeAsync(events, 3)).Select(told => told.GetType()));
    }

    [Fact]
    public async Task The_old_id_of_a_session_that_has_ended_is_no_replay()
    {
        var time = new FakeTimeProvider(s_noon);
        await using var sessions = await BeginWithGraceAsync(time, o => (o.IdleTimeout, o.SweepInterval) = (2 * s_grace, Timeout.InfiniteTimeSpan));
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data());
        await client.ReworkAsync(first);
        time.Advance(2 * s_grace);
        Assert.Null(await client.GetAsync(first));
        await client.CreateAsync("user2", Data());

        // Before that a cluster tells its end: there a key's owner removes what has ended when it decides anything.
        SessionEvent told;
        do
        {
            told = (await TakeAsync(events, 1))[0];
            Assert.IsNotType<SessionReplayed>(told);
        }
        while (told is not SessionCreated { SessionKey: "user2" });
    }

    [Fact]
    public async Task Only_the_immediate_predecessor_has_grace_and_only_for_its_time()
    {
        var time = new FakeTimeProvider(s_noon);
        await using var sessions = await BeginWithGraceAsync(time);
        var client = sessions.Client;
        var first = await client.CreateAsync("user1", Data());
        var second = await client.ReworkAsync(first);
        var third = await client.ReworkAsync(second);
        Assert.Null(await client.GetAsync(first));
        Assert.Equal(third, await client.ReworkAsync(second));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.ReworkAsync(first));

        time.Advance(s_grace - TimeSpan.FromTicks(10));
        Assert.NotNull(await client.GetAsync(second));
        time.Advance(TimeSpan.FromTicks(10));
        Assert.Null(await client.GetAsync(second));
        Assert.Equal(SessionEndReason.Reworked, (await Assert.ThrowsAsync<SessionNotFoundException>(() => client.UpdateAsync(second, Data()))).Why);
        Assert.False(await client.DeleteAsync(second));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => client.ReworkAsync(second));
        Assert.NotNull(await client.GetAsync(third));
    }

    [Theory]
    [InlineData(ReplayPolicy.Report, 2)]
    [InlineData(ReplayPolicy.EndSession, 1)]
    [InlineData(ReplayPolicy.EndAllOfKey, 0)]
    public async Task After_the_grace_the_use_of_the_old_id_is_told_once_and_the_policy_applied(ReplayPolicy policy, int left)
    {
        var time = new FakeTimeProvider(s_noon);
        await using var sessions = await BeginWithGraceAsync(time, o => o.OnReplay = policy);
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data());
        await client.CreateAsync("user1", Data());
        await client.CreateAsync("user2", Data());
        var second = await client.ReworkAsync(first);
        var handle = (await client.GetAsync(second))!.Handle;
        time.Advance(s_grace);

        Assert.Null(await client.GetAsync(first));
        Assert.Null(await client.GetAsync(first));
        Assert.False(await client.DeleteAsync(first));
        var told = await TakeAsync(events, 5 + (2 - left));
        Assert.Equal(handle, Assert.Single(told.OfType<SessionReplayed>()).Handle);
        Assert.All(told.OfType<SessionEnded>(), ended => Assert.Equal(("user1", SessionEndReason.Replayed), (ended.SessionKey, ended.Why)));
        Assert.Equal(left, (await client.ListAsync("user1")).Count);
        Assert.Single(await client.ListAsync("user2"));
        if (policy == ReplayPolicy.Report)
        {
            // What is told has served: the next use is that of an id which is long gone.
            Assert.Null(await client.GetAsync(first));
            await client.CreateAsync("user3", Data());
            Assert.IsType<SessionCreated>((await TakeAsync(events, 1))[0]);
            Assert.NotNull(await client.GetAsync(second));
        }
        else
        {
            Assert.Equal(SessionEndReason.Replayed, Assert.IsType<SessionMissing>(await client.SendAsync(new PeekSession(second))).Why);
        }
    }

    [Fact]
    public async Task Without_a_grace_the_old_id_is_dead_at_once_and_its_use_is_still_told_where_that_is_asked_for()
    {
        await using var sessions = await BeginAsync(o => o.ReworkGrace = TimeSpan.Zero);
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data());
        await client.ReworkAsync(first);
        Assert.Null(await client.GetAsync(first));
        Assert.IsType<SessionReplayed>((await TakeAsync(events, 3))[2]);
    }

    private Task<Sessions> BeginWithGraceAsync(TimeProvider time, Action<JamSessionsOptions>? configure = null) => BeginAsync(o =>
    {
        (o.ReworkGrace, o.TimeProvider) = (s_grace, time);
        configure?.Invoke(o);
    });
}
