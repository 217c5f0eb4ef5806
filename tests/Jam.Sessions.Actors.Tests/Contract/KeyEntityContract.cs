using System.Buffers.Text;
using System.Collections.Concurrent;
using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>The sessions of a key, and those of the store, as a whole.</summary>
public abstract partial class SessionsContract
{
    [Fact]
    public async Task A_store_says_how_it_keeps_its_sessions()
    {
        await using var sessions = await BeginAsync(o => (o.IdleTimeout, o.MaxDataBytes) = (s_minute, 1000));
        var description = await sessions.Client.SendAsync(new DescribeStore());
        Assert.Equal((s_minute, Timeout.InfiniteTimeSpan, 1000), (description.IdleTimeout, description.MaxLifetime, description.MaxDataBytes));
        Assert.Equal(description, await sessions.Ref.Ask<StoreDescription>(new DescribeStore()));
    }

    [Fact]
    public async Task A_list_shows_each_living_session_and_no_id()
    {
        await using var sessions = await BeginAsync(o => o.TimeProvider = _time);
        var client = sessions.Client;
        var first = await client.CreateAsync("user1", Data("""{"device": "phone"}"""));
        _time.Advance(s_minute);
        var second = await client.CreateAsync("user1", Data("""{"device": "pc"}"""), new SessionLifetime(Idle: s_minute));
        await client.CreateAsync("user2", Data());
        var list = await sessions.Ref.Ask<IReadOnlyList<SessionInfo>>(new ListSessions("user1"));
        Assert.Equal(
            [
                new SessionInfo((await client.PeekAsync(first))!.Handle, s_noon, null, null, null, Data("""{"device": "phone"}""")),
                new SessionInfo((await client.PeekAsync(second))!.Handle, s_noon + s_minute, s_noon + s_minute, s_noon + (2 * s_minute), new SessionLifetime(Idle: s_minute), Data("""{"device": "pc"}""")),
            ],
            list);
        await client.DeleteAsync(first);
        Assert.Equal("""{"device": "pc"}""", Assert.Single(await client.ListAsync("user1")).Data!.Json);
        Assert.Empty(await client.ListAsync("nobody"));
        Assert.Equal((new SessionCount(1, 1), new SessionCount(0, 0), new SessionCount(2, 2)), (await client.CountAsync("user1"), await client.CountAsync("nobody"), await client.CountAsync()));
    }

    [Fact]
    public async Task A_handle_stays_the_same_and_is_no_id_and_no_other_sessions()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var ids = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => client.CreateAsync($"user{i % 7}", Data())));
        var handles = await Task.WhenAll(ids.Select(async id => (await client.PeekAsync(id))!.Handle));
        Assert.Equal(1000, handles.Distinct(StringComparer.Ordinal).Count());
        Assert.All(handles, handle => Assert.Matches("^[0-9a-z]{16}$", handle));
        Assert.All(await Task.WhenAll(handles.Take(20).Select(handle => client.GetAsync(handle).AsTask())), Assert.Null);
        await client.UpdateAsync(ids[0], Data("{}"));
        var moved = await client.ReworkAsync(ids[0]);
        Assert.Equal(handles[0], (await client.PeekAsync(moved))!.Handle);
    }

    [Fact]
    public async Task A_session_is_ended_by_its_key_and_handle_alone()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var (mine, others) = (await client.CreateAsync("user1", Data()), await client.CreateAsync("user2", Data()));
        var handle = Assert.Single(await client.ListAsync("user2")).Handle;
        Assert.False(await client.EndAsync("user1", handle));
        Assert.False(await client.EndAsync("nobody", handle));
        Assert.NotNull(await client.GetAsync(others));
        Assert.True(await sessions.Ref.Ask<bool>(new EndSession("user2", handle)));
        Assert.False(await client.EndAsync("user2", handle));
        Assert.Null(await client.GetAsync(others));
        Assert.NotNull(await client.GetAsync(mine));
    }

    [Fact]
    public async Task Signing_out_everywhere_else_keeps_the_caller()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.CreateAsync("user1", Data())));
        var stranger = await client.CreateAsync("user2", Data());
        Assert.Equal(4, await client.ClearOthersAsync("user1", ids[2]));
        Assert.NotNull(await client.GetAsync(ids[2]));
        Assert.Equal(1, (await client.CountAsync("user1")).Sessions);
        Assert.Equal(1, await client.ClearOthersAsync("user1", stranger));
        Assert.NotNull(await client.GetAsync(stranger));
        Assert.Equal(0, await client.ClearOthersAsync("user1", "nobody"));
    }

    [Theory]
    [InlineData(SessionLimitPolicy.Reject)]
    [InlineData(SessionLimitPolicy.EndOldest)]
    [InlineData(SessionLimitPolicy.EndLeastRecentlySeen)]
    public async Task A_key_never_has_more_sessions_than_it_may(SessionLimitPolicy policy)
    {
        await using var sessions = await BeginAsync(o => (o.MaxSessionsPerKey, o.SessionLimitPolicy, o.TimeProvider) = (3, policy, _time));
        var client = sessions.Client;
        using var isOver = new CancellationTokenSource();
        var most = Task.Run(async () =>
        {
            var seen = 0L;
            while (!isOver.IsCancellationRequested)
            {
                seen = Math.Max(seen, (await client.CountAsync("user1")).Sessions);
            }

            return seen;
        });
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await client.CreateAsync("user1", Data());
            }
            catch (SessionLimitException e)
            {
                Assert.Equal(3, e.Maximum);
                return null;
            }
        })));
        await isOver.CancelAsync();
        Assert.InRange(await most, 0, 3);
        var lookups = await Task.WhenAll(answers.OfType<string>().Select(id => client.SendAsync(new PeekSession(id))));
        Assert.Equal(3, lookups.Count(lookup => lookup is SessionFound));
        Assert.Equal(policy == SessionLimitPolicy.Reject ? 3 : 100, lookups.Length);
        Assert.All(lookups.OfType<SessionMissing>(), missing => Assert.Equal(SessionEndReason.Limit, missing.Why));
        Assert.NotNull(await client.CreateAsync("user2", Data()));
    }

    [Fact]
    public async Task The_limit_ends_the_oldest_or_the_one_used_longest_ago()
    {
        foreach (var (policy, survivor) in new[] { (SessionLimitPolicy.EndOldest, 1), (SessionLimitPolicy.EndLeastRecentlySeen, 0) })
        {
            await using var sessions = await BeginAsync(o => (o.MaxSessionsPerKey, o.SessionLimitPolicy, o.TimeProvider, o.JsonPath) = (2, policy, _time, $"{JsonPath}.{policy}"));
            var ids = new List<string>();
            for (var i = 0; i < 2; i++)
            {
                ids.Add(await sessions.Client.CreateAsync("user1", Data()));
                _time.Advance(s_minute);
            }

            Assert.NotNull(await sessions.Client.GetAsync(ids[0]));
            await sessions.Client.CreateAsync("user1", Data());
            Assert.NotNull(await sessions.Client.PeekAsync(ids[survivor]));
            Assert.Null(await sessions.Client.PeekAsync(ids[1 - survivor]));
        }
    }

    [Fact]
    public virtual async Task What_has_ended_takes_no_place_under_a_limit()
    {
        await using var sessions = await BeginAsync(o => (o.MaxSessionsPerKey, o.MaxSessions, o.IdleTimeout, o.TimeProvider) = (2, 3, s_minute, _time));
        var client = sessions.Client;
        await client.CreateAsync("user1", Data());
        await client.CreateAsync("user1", Data());
        await Assert.ThrowsAsync<SessionLimitException>(() => client.CreateAsync("user1", Data()));
        await client.CreateAsync("user2", Data());
        Assert.Equal(3, (await Assert.ThrowsAsync<SessionCapacityException>(() => client.CreateAsync("user2", Data()))).Maximum);
        _time.Advance(s_minute);
        var id = await client.CreateAsync("user1", Data());
        Assert.Equal(new SessionCount(1, 1), await client.CountAsync());
        await client.CreateAsync("user1", Data());
        var full = await client.CreateAsync("user2", Data());
        await Assert.ThrowsAsync<SessionCapacityException>(() => client.CreateAsync("user3", Data()));
        await client.UpdateAsync(full, Data());
        full = await client.ReworkAsync(full);
        Assert.True(await client.DeleteAsync(full));
        await client.CreateAsync("user3", Data());
        Assert.NotNull(await client.GetAsync(id));
    }

    [Fact]
    public virtual async Task An_id_factory_runs_on_no_thread_of_the_sweep()
    {
        var threads = new ConcurrentBag<string?>();
        await using var sessions = await BeginAsync(o =>
        {
            (o.MaxSessions, o.IdleTimeout, o.TimeProvider) = (1, s_minute, _time);
            o.IdFactory = () =>
            {
                threads.Add(Thread.CurrentThread.Name);
                return SessionIds.Random256();
            };
        });
        await sessions.Client.CreateAsync("user1", Data());
        _time.Advance(s_minute);
        await sessions.Client.CreateAsync("user2", Data());
        Assert.Equal(2, threads.Count);
        Assert.DoesNotContain("jam.sessions.sweep", threads);
    }

    [Fact]
    public virtual async Task A_full_store_stays_within_its_limit_under_concurrent_creates()
    {
        await using var sessions = await BeginAsync(o => o.MaxSessions = 20);
        var client = sessions.Client;
        var created = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await Record.ExceptionAsync(() => client.CreateAsync($"user{i}", Data())) is not SessionCapacityException)));
        var count = (await client.CountAsync()).Sessions;
        Assert.Equal(created.Count(isCreated => isCreated), count);
        Assert.InRange(count, 1, 20);
        for (; count < 20; count++)
        {
            await client.CreateAsync("late", Data());
        }

        await Assert.ThrowsAsync<SessionCapacityException>(() => client.CreateAsync("late", Data()));
    }

    [Fact]
    public async Task Pages_show_each_session_once_while_others_come_and_go()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        var stay = await Task.WhenAll(Enumerable.Range(0, 500).Select(async i => (await client.PeekAsync(await client.CreateAsync($"stay{i % 350}", Data())))!.Handle));
        var shown = new List<string>();
        var going = new Queue<string>();
        string? place = null;
        do
        {
            var page = await client.SendAsync(new QuerySessions(place, limit: 7));
            Assert.InRange(page.Sessions.Count, 0, 7);
            shown.AddRange(page.Sessions.Where(session => session.SessionKey.StartsWith("stay", StringComparison.Ordinal)).Select(session => session.Session.Handle));
            place = page.Next;
            for (var i = 0; i < 30; i++)
            {
                // The tables grow several times meanwhile.
                going.Enqueue(await client.CreateAsync($"go{shown.Count}-{i}", Data()));
                if (i % 3 == 0)
                {
                    await client.DeleteAsync(going.Dequeue());
                }
            }
        }
        while (place is not null);
        Assert.Equal(stay.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pages_are_cut_within_a_key_and_chosen_by_prefix_and_nonsense_begins_anew()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => client.CreateAsync("anna", Data())));
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => client.CreateAsync($"bert{i}", Data())));
        var all = new List<KeyedSessionInfo>();
        await foreach (var session in client.QueryAsync("anna"))
        {
            all.Add(session);
        }

        Assert.Equal(25, all.Select(session => session.Session.Handle).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all, session => Assert.Equal("anna", session.SessionKey));
        var first = await client.SendAsync(new QuerySessions(limit: 10));
        Assert.Equal(10, first.Sessions.Count);
        foreach (var nonsense in new[] { "x", "", "!!!", "AAAA", new string('A', 1000) })
        {
            Assert.Equal(first.Sessions.Select(session => session.Session.Handle), (await client.SendAsync(new QuerySessions(nonsense, limit: 10))).Sessions.Select(session => session.Session.Handle));
        }

        // The stripe of a place, made one that there is not.
        var forged = Base64Url.DecodeFromChars(first.Next);
        forged[7] ^= 0x80;
        Assert.Equal(10, (await client.SendAsync(new QuerySessions(Base64Url.EncodeToString(forged), limit: 10))).Sessions.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuerySessions(limit: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuerySessions(limit: QuerySessions.MaxLimit + 1));
    }

    [Fact]
    public virtual async Task A_page_looks_at_so_many_keys_and_goes_on_where_it_stopped()
    {
        await using var sessions = await BeginAsync(o => (o.Durability, o.MaxIdleKeys) = (Durability.Relaxed, 0));
        var client = sessions.Client;
        await Task.WhenAll(Enumerable.Range(0, 12_000).Select(i => client.CreateAsync($"user{i}", Data("{}"))));
        var handle = (await client.PeekAsync(await client.CreateAsync("zoe", Data())))!.Handle;
        var first = await client.SendAsync(new QuerySessions(keyPrefix: "zoe"));
        var second = await client.SendAsync(new QuerySessions(first.Next, keyPrefix: "zoe"));
        Assert.NotNull(first.Next);
        Assert.Null(second.Next);
        Assert.Equal(handle, Assert.Single(first.Sessions.Concat(second.Sessions)).Session.Handle);
    }
}
