using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>What happened, told to those who listen.</summary>
public abstract partial class SessionsContract
{
    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task Each_change_is_told_once_and_in_order(Durability durability)
    {
        await using var sessions = await BeginAsync(o =>
            (o.Durability, o.TimeProvider, o.IdleTimeout, o.MaxSessionsPerKey, o.SessionLimitPolicy) = (durability, _time, s_minute, 2, SessionLimitPolicy.EndOldest));
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data("""{"n": 1}"""));
        var handle = (await client.GetAsync(first))!.Handle;
        await client.UpdateAsync(first, Data("""{"n": 2}"""));
        await client.TouchAsync(first);
        await client.PatchAsync(first, Data("""{"n": 3}"""));
        first = await client.ReworkAsync(first, Data("""{"n": 4}"""));
        await client.TouchAsync(first, new SessionLifetime(Idle: 5 * s_minute));
        await client.CreateAsync("user1", Data());
        await client.CreateAsync("user1", Data());
        await client.DeleteAsync("nobody");
        await client.ClearAsync("user1");
        await client.CreateAsync("user1", Data());
        _time.Advance(s_minute);
        await client.SendAsync(new SweepSessions());
        string[] expected =
        [
            "SessionCreated {\"n\": 1}", "SessionUpdated {\"n\": 2}", "SessionUpdated {\"n\": 3}", "SessionReworked {\"n\": 4}", "SessionUpdated {\"n\": 4}",
            "SessionCreated", "SessionEnded Limit {\"n\": 4}", "SessionCreated", "SessionEnded Cleared", "SessionEnded Cleared", "SessionCreated", "SessionEnded Idle",
        ];
        var told = await TakeAsync(events, expected.Length);
        Assert.Equal(expected, told.Cast<SessionChangeEvent>().Select(e => $"{e.GetType().Name}{(e is SessionEnded end ? $" {end.Why}" : "")}{(e.Handle == handle ? $" {e.Data.Json}" : "")}"));
        Assert.All(told.Cast<SessionChangeEvent>(), e => Assert.Equal(("user1", ""), (e.SessionKey, e.Store)));
        Assert.Equal((s_noon, s_noon + s_minute), (told[0].Time, told[^1].Time));
    }

    [Fact]
    public async Task Neither_events_nor_lists_nor_pages_show_hidden_members()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        var id = await client.CreateAsync("user1", Data("""{"jam:a": "hunter2", "b": {"jam:c": 1}}"""));
        await client.PatchAsync(id, Data("""{"jam:d": {"x": "hunter2"}}"""));
        id = await client.ReworkAsync(id);
        var data = (await client.GetAsync(id))!.Data;
        Assert.Equal("""{"jam:a": "hunter2", "b": {"jam:c": 1}, "jam:d": {"x": "hunter2"}}""", data.Json);
        Assert.Equal("""{"b": {"jam:c": 1}}""", Assert.Single(await client.ListAsync("user1")).Data!.Json);
        Assert.Equal("""{"b": {"jam:c": 1}}""", Assert.Single((await client.SendAsync(new QuerySessions())).Sessions).Session.Data!.Json);
        await client.DeleteAsync(id);
        Assert.All(await TakeAsync(events, 4), told => Assert.Equal("""{"b": {"jam:c": 1}}""", ((SessionChangeEvent)told).Data.Json));
    }

    [Fact]
    public async Task Who_wants_to_hear_of_ends_alone_hears_all_of_them_and_nothing_else()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        using var ends = await client.SendAsync(new WatchSessions { EndsOnly = true });
        using var all = await client.SendAsync(new WatchSessions());
        var first = await client.CreateAsync("user1", Data());
        await client.UpdateAsync(first, Data("""{"n": 2}"""));
        first = await client.ReworkAsync(first);
        await client.CreateAsync("user2", Data());
        await client.DeleteAsync(first);
        await client.CreateAsync("user1", Data());
        await client.ClearAsync("user2");
        Assert.Equal([SessionEndReason.Deleted, SessionEndReason.Cleared], (await TakeAsync(ends, 2)).Select(told => Assert.IsType<SessionEnded>(told).Why));
        Assert.Equal(7, (await TakeAsync(all, 7)).Count);
    }

    [Fact]
    public async Task What_is_told_has_happened_for_whoever_hears_it()
    {
        await using var sessions = await BeginAsync(o => o.Durability = Durability.Relaxed);
        var client = sessions.Client;
        using var events = await client.SendAsync(new WatchSessions());
        for (var i = 0; i < 50; i++)
        {
            _ = client.CreateAsync($"user{i}", Data());
            var told = (SessionCreated)Assert.Single(await TakeAsync(events, 1));
            Assert.Equal(told.Handle, Assert.Single(await client.ListAsync(told.SessionKey)).Handle);
        }
    }

    [Fact]
    public async Task Who_does_not_listen_in_time_learns_how_much_was_missed_and_delays_nobody()
    {
        await using var sessions = await BeginAsync();
        var client = sessions.Client;
        using var slow = await client.SendAsync(new WatchSessions(capacity: 3));
        using var quick = await client.SendAsync(new WatchSessions());
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.CreateAsync($"user{i}", Data())));
        Assert.Equal(100, (await TakeAsync(quick, 100)).Count);
        var told = await TakeAsync(slow, 5);
        Assert.All(told.Take(4), e => Assert.IsType<SessionCreated>(e));
        Assert.Equal(96, Assert.IsType<SessionEventsMissed>(told[4]).Count);
        await client.CreateAsync("late", Data());
        Assert.Equal("late", Assert.IsType<SessionCreated>(Assert.Single(await TakeAsync(slow, 1))).SessionKey);
    }

    [Fact]
    public async Task Listening_ends_with_the_listener_or_with_the_engine()
    {
        var sessions = await BeginAsync();
        var gone = await sessions.Client.SendAsync(new WatchSessions());
        gone.Dispose();
        await sessions.Client.CreateAsync("user1", Data());
        Assert.Empty(await AllAsync(gone));
        var told = AllAsync(await sessions.Client.SendAsync(new WatchSessions()));
        await sessions.Client.CreateAsync("user1", Data());
        await sessions.DisposeAsync();
        Assert.Single(await told.WaitAsync(s_patience));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => sessions.Client.SendAsync(new WatchSessions()));
    }

    [Fact]
    public async Task Events_are_on_the_event_stream_where_that_is_wanted()
    {
        await using var sessions = await BeginAsync(o => o.PublishEvents = true);
        using var inbox = Inbox.Create(System);
        System.EventStream.Subscribe(inbox.Receiver, typeof(SessionEvent));
        await sessions.Client.CreateAsync("user1", Data());
        Assert.Equal("user1", Assert.IsType<SessionCreated>(await inbox.ReceiveAsync(s_patience)).SessionKey);
    }

    private static async Task<List<SessionEvent>> TakeAsync(ISessionEventStream events, int count)
    {
        var told = new List<SessionEvent>();
        using var patience = new CancellationTokenSource(s_patience);
        await foreach (var happened in events.WithCancellation(patience.Token))
        {
            told.Add(happened);
            if (told.Count == count)
            {
                break;
            }
        }

        return told;
    }

    private static async Task<List<SessionEvent>> AllAsync(ISessionEventStream events)
    {
        var told = new List<SessionEvent>();
        await foreach (var happened in events)
        {
            told.Add(happened);
        }

        return told;
    }
}
