using Jam.Sessions.Actors.Events;
using Jam.Sessions.Actors.Model;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Events;

/// <summary>Who hears what of changes, and until when.</summary>
public sealed class EventHubSpec
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly Document s_session = new("id", "ann", SessionData.Empty, 1.5, documentId: 1, raw: null);

    private readonly List<SessionEvent> _published = [];

    [Fact]
    public async Task A_change_is_told_when_it_is_both_durable_and_published_and_not_before()
    {
        var hub = Hub();
        using var heard = hub.Listen(10);
        var (first, second) = (hub.NoticeOf([DocumentChange.Created(s_session)])!, hub.NoticeOf([DocumentChange.Ended(s_session, Intent.Deleted)])!);
        first.Durable();
        second.Published();
        hub.Guessed(7);
        first.Published();
        second.Durable();
        hub.Close();
        var told = await AllAsync(heard);
        Assert.Equal([typeof(SessionIdsGuessed), typeof(SessionCreated), typeof(SessionEnded)], told.Select(e => e.GetType()));
        Assert.All(told, e => Assert.Equal(("store", s_noon), (e.Store, e.Time)));
    }

    [Fact]
    public void Of_what_nobody_wants_to_hear_no_event_is_made()
    {
        var hub = Hub();
        Assert.False(hub.IsHeard);
        Assert.Null(hub.NoticeOf([DocumentChange.Ended(s_session, Intent.Deleted)]));
        using (hub.Listen(10, endsOnly: true))
        {
            Assert.True(hub.IsHeard);
            Assert.Null(hub.NoticeOf([DocumentChange.Created(s_session)]));
            Assert.NotNull(hub.NoticeOf([DocumentChange.Created(s_session), DocumentChange.Ended(s_session, Intent.Deleted)]));
            using var all = hub.Listen(10);
            Assert.NotNull(hub.NoticeOf([DocumentChange.Created(s_session)]));
        }

        Assert.False(hub.IsHeard);
        Assert.True(Hub(_published.Add).IsHeard);
        Assert.NotNull(Hub(_published.Add).NoticeOf([DocumentChange.Created(s_session)]));
    }

    [Fact]
    public async Task One_that_stops_listening_leaves_the_others()
    {
        var hub = Hub();
        var (stays, goes) = (hub.Listen(10), hub.Listen(10));
        goes.Dispose();
        hub.Guessed(1);
        hub.Close();
        Assert.Single(await AllAsync(stays));
        Assert.Empty(await AllAsync(goes));
    }

    [Fact]
    public async Task Who_listens_when_all_is_over_hears_the_end()
    {
        var hub = Hub();
        hub.Close();
        Assert.Empty(await AllAsync(hub.Listen(10)));
        Assert.False(hub.IsHeard);
    }

    [Fact]
    public async Task A_listener_on_the_event_stream_that_throws_takes_nothing_from_the_others()
    {
        var hub = Hub(_ => throw new InvalidOperationException());
        using var heard = hub.Listen(10);
        hub.Guessed(1);
        hub.Close();
        Assert.Single(await AllAsync(heard));
    }

    [Fact]
    public async Task Who_is_slow_learns_how_much_was_missed_in_its_place()
    {
        var hub = Hub();
        using var heard = hub.Listen(2);
        for (var i = 0; i < 6; i++)
        {
            hub.Guessed(i);
        }

        await using var events = heard.GetAsyncEnumerator();
        Assert.Equal((0L, 1L, 2L), (await NextAsync(), await NextAsync(), await NextAsync()));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(3, Assert.IsType<SessionEventsMissed>(events.Current).Count);
        hub.Guessed(6);
        Assert.Equal(6, await NextAsync());

        async Task<long> NextAsync() => await events.MoveNextAsync() ? Assert.IsType<SessionIdsGuessed>(events.Current).Count : -1;
    }

    private static EventHub Hub(Action<SessionEvent>? publish = null) => new("store", publish, new WallClock(new FakeTimeProvider(s_noon)));

    private static Task<List<SessionEvent>> AllAsync(ISessionEventStream stream) => ReadAsync(stream).WaitAsync(TimeSpan.FromMinutes(1));

    private static async Task<List<SessionEvent>> ReadAsync(ISessionEventStream stream)
    {
        var all = new List<SessionEvent>();
        await foreach (var happened in stream)
        {
            all.Add(happened);
        }

        return all;
    }
}
