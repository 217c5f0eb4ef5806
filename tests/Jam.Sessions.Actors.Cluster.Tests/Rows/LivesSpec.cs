using Jam.Sessions.Actors.Cluster.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Cluster.Tests.Rows;

/// <summary>Sessions that were made without times begin to live when the cluster is started with some; and those times are those of the next owner.</summary>
[Collection(OneNodeTests.Name)]
public sealed class LivesSpec(OneNode node)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task What_nobody_timed_begins_to_live_with_the_start_and_is_swept_although_nobody_uses_it()
    {
        string id;
        await using (var before = await node.StartAsync(node.System, "lives", o => o.Sessions.TimeProvider = _time))
        {
            id = await before.Client.CreateAsync("user1", SessionData.Empty);
        }

        await using var store = await node.StartAsync(node.System, "lives", o => (o.Sessions.TimeProvider, o.Sessions.IdleTimeout) = (_time, s_minute));
        _time.Advance(s_minute - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await store.Client.SendAsync(new SweepSessions()));
        Assert.NotNull(await store.Client.PeekAsync(id));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await store.Client.SendAsync(new SweepSessions()));
        Assert.Equal(new SessionCount(0, 0), await store.Client.CountAsync());
    }

    [Fact]
    public async Task The_next_owner_knows_that_a_session_was_used()
    {
        string id;
        await using (var before = await node.StartAsync(node.System, "used", o => (o.Sessions.TimeProvider, o.Sessions.IdleTimeout) = (_time, s_minute)))
        {
            id = await before.Client.CreateAsync("user1", SessionData.Empty);
            for (var i = 0; i < 5; i++)
            {
                _time.Advance(s_minute / 2);
                Assert.NotNull(await before.Client.GetAsync(id));
            }
        }

        await using var store = await node.StartAsync(node.System, "used", o => (o.Sessions.TimeProvider, o.Sessions.IdleTimeout) = (_time, s_minute));
        _time.Advance(s_minute / 2);
        Assert.NotNull(await store.Client.GetAsync(id));
        _time.Advance(s_minute);
        Assert.Null(await store.Client.GetAsync(id));
    }
}
