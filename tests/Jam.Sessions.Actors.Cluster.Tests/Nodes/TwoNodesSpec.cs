using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.Cluster.Tests.Nodes;

/// <summary>What callers of different nodes see of each other's changes.</summary>
public sealed class TwoNodesSpec(TwoNodes nodes) : IClassFixture<TwoNodes>
{
    private IJamSessions First => nodes.First.Client;

    private IJamSessions Second => nodes.Second.Client;

    [Fact]
    public async Task Every_verb_works_from_any_node()
    {
        for (var i = 0; i < 20; i++)
        {
            var key = $"verbs{i}";
            var id = await First.CreateAsync(key, Data(1), new SessionLifetime(TimeSpan.FromMinutes(20)));
            var session = (await Second.GetAsync(id))!;
            Assert.Equal((id, key, """{"n": 1}""", TimeSpan.FromMinutes(20)), (session.Id, session.Key, session.Data.Json, session.Lifetime!.Idle));
            await Second.UpdateAsync(id, Data(2));
            await First.PatchAsync(id, SessionData.From("""{"m": 3}"""));
            var conflict = await Assert.ThrowsAsync<SessionConflictException>(() => Second.SendAsync(new UpdateSession(id, Data(4)) { Expected = Data(1) }));
            Assert.Equal("""{"n": 2,"m": 3}""", conflict.CurrentData.Json);
            var moved = await Second.ReworkAsync(id);
            Assert.Equal(SessionEndReason.Reworked, Assert.IsType<SessionMissing>(await First.LookupAsync(id)).Why);
            Assert.Equal(session.Handle, Assert.Single(await First.ListAsync(key)).Handle);
            Assert.Equal(new SessionCount(1, 1), await Second.CountAsync(key));
            var others = await Task.WhenAll(First.CreateAsync(key, Data(5)), Second.CreateAsync(key, Data(6)));
            Assert.Equal(2, await First.ClearOthersAsync(key, moved));
            Assert.False(await Second.DeleteAsync(others[0]));
            Assert.True(await First.EndAsync(key, session.Handle));
            Assert.Null(await Second.GetAsync(moved));
            Assert.Equal(0, await Second.ClearAsync(key));
        }
    }

    [Fact]
    public async Task A_revoked_session_is_dead_on_every_node_once_the_reply_is_there()
    {
        for (var i = 0; i < 150; i++)
        {
            var (here, there) = i % 2 == 0 ? (First, Second) : (Second, First);
            var id = await here.CreateAsync($"revoked{i}", Data(i));
            Assert.NotNull(await there.GetAsync(id));
            Assert.True(await there.DeleteAsync(id));
            Assert.All(await Task.WhenAll(First.GetAsync(id).AsTask(), Second.GetAsync(id).AsTask()), Assert.Null);
        }
    }

    [Fact]
    public async Task Increments_of_all_nodes_add_up()
    {
        var id = await First.CreateAsync("counter", Data(0));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await (caller % 2 == 0 ? First : Second).UpdateAsync(id, data => Data(data.ToJsonObject()["n"]!.GetValue<int>() + 1));
            }
        })));
        Assert.Equal("""{"n": 200}""", (await Second.GetAsync(id))!.Data.Json);
    }

    [Fact]
    public async Task An_end_is_told_once_on_every_node()
    {
        using var here = new Heard(await First.SendAsync(new WatchSessions { EndsOnly = true }));
        using var there = new Heard(await Second.SendAsync(new WatchSessions { EndsOnly = true }));

        // A listener hears of other nodes from their first look on. What was ended elsewhere comes without its data.
        await TwoNodes.UntilAsync(async () =>
        {
            await First.DeleteAsync(await First.CreateAsync($"canary{Guid.NewGuid()}", Data(1)));
            return here.Ends.Any(end => end.Data.Length == 2) && there.Ends.Any(end => end.Data.Length == 2);
        });
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => First.CreateAsync($"told{i}", Data(i))));
        var handles = await Task.WhenAll(ids.Select(async id => (await First.PeekAsync(id))!.Handle));
        await Task.WhenAll(ids.Select((id, i) => (i % 2 == 0 ? First : Second).DeleteAsync(id)));
        foreach (var heard in new[] { here, there })
        {
            await TwoNodes.UntilAsync(() => Task.FromResult(heard.Told.Count >= handles.Length));
            Assert.Equal(handles.Order(StringComparer.Ordinal), heard.Told.Select(end => end.Handle).Order(StringComparer.Ordinal));
            Assert.All(heard.Told, end => Assert.Equal(SessionEndReason.Deleted, end.Why));
        }
    }

    [Fact]
    public async Task A_node_that_leaves_hands_its_keys_over_and_no_call_fails()
    {
        var third = await nodes.StartNodeAsync();
        await nodes.SpreadAsync(third);
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => First.CreateAsync($"moved{i}", Data(0))));
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            var calls = 0;
            for (var i = caller; !stop.IsCancellationRequested; i += 7, calls++)
            {
                var client = i % 2 == 0 ? First : Second;
                await client.UpdateAsync(ids[i % ids.Length], Data(i));
                Assert.NotNull(await client.GetAsync(ids[(i + 1) % ids.Length]));
            }

            return calls;
        })).ToList();
        await TwoNodes.LeaveAsync(third);
        await TwoNodes.UntilAsync(async () => (await Task.WhenAll(ids.Select(id => First.GetAsync(id).AsTask()))).All(session => session is not null));
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 0));
        await Assert.ThrowsAsync<SessionsStoppingException>(() => third.Client.CreateAsync("user1", Data(0)));
    }

    [Fact]
    public async Task Without_PostgreSQL_calls_are_answered_at_once_and_after_it_they_work_again()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => First.CreateAsync($"away{i}", Data(0))));
        await nodes.SettleAsync();
        nodes.Server.Kill();

        // The first call of each node that needs the server notices; what became of that one nobody knows.
        await TwoNodes.UntilAsync(async () =>
        {
            await Task.WhenAll(ids[..2].Select(id => Record.ExceptionAsync(() => First.UpdateAsync(id, Data(1)))));
            return nodes.First.Services.Database.IsAway && nodes.Second.Services.Database.IsAway;
        });
        var epochs = Epochs();
        foreach (var id in ids[2..])
        {
            await Assert.ThrowsAsync<SessionStoreException>(() => First.UpdateAsync(id, Data(1)));
            await Assert.ThrowsAsync<SessionStoreException>(() => Second.CreateAsync("new", Data(1)));
            Assert.Equal("""{"n": 0}""", (await Second.GetAsync(id))!.Data.Json);
        }

        // All the time the nodes knew that it is away, and then no call waits for it.
        Assert.Equal(epochs, Epochs());
        Assert.Equal(SessionsHealth.Degraded, (await First.StatusAsync()).Health);
        await nodes.Server.StartAgainAsync();
        await TwoNodes.UntilAsync(async () => (await First.StatusAsync()).Health == SessionsHealth.Healthy && (await Second.StatusAsync()).Health == SessionsHealth.Healthy);
        await Task.WhenAll(ids.Select(id => Second.UpdateAsync(id, Data(2))));
        Assert.All(await Task.WhenAll(ids.Select(id => First.GetAsync(id).AsTask())), session => Assert.Equal("""{"n": 2}""", session!.Data.Json));
    }

    [Fact]
    public async Task A_silent_PostgreSQL_keeps_nobody_longer_than_one_call_may_take()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => First.CreateAsync($"silent{i}", Data(0))));
        await nodes.SettleAsync();
        nodes.Server.Freeze();
        try
        {
            await TwoNodes.UntilAsync(async () =>
            {
                var calls = ids[..10].Select(id => Record.ExceptionAsync(() => First.UpdateAsync(id, Data(1)))).ToList();

                // Nobody hears of a silent server before its time is over; then everybody does.
                Assert.All(await Task.WhenAll(calls), failure => Assert.True(failure is SessionStoreException or SessionOutcomeUnknownException));
                return nodes.First.Services.Database.IsAway && nodes.Second.Services.Database.IsAway;
            });
            var epochs = Epochs();
            for (var i = 10; i < 50; i++)
            {
                await Assert.ThrowsAsync<SessionStoreException>(() => First.UpdateAsync(ids[i], Data(1)));
                Assert.NotNull(await Second.GetAsync(ids[i]));
            }

            Assert.Equal(epochs, Epochs());
            Assert.True(nodes.First.Services.Database.IsAway && nodes.Second.Services.Database.IsAway);
        }
        finally
        {
            nodes.Server.Thaw();
        }

        await TwoNodes.UntilAsync(async () => (await First.StatusAsync()).Health == SessionsHealth.Healthy && (await Second.StatusAsync()).Health == SessionsHealth.Healthy);
        await Task.WhenAll(ids.Select(id => Second.UpdateAsync(id, Data(2))));
    }

    [Fact]
    public async Task A_second_cluster_on_the_same_tables_owns_nothing()
    {
        var id = await First.CreateAsync("disputed", Data(0));

        // After a test without a server they have to say first that they are there.
        await TwoNodes.UntilAsync(async () => (await nodes.Server.QueryAsync("select count(*) from jam_sessions.nodes where at > clock_timestamp() - interval '2 seconds'", "tests")).Trim() == "2");
        var stranger = await nodes.StartStrangerAsync();
        await TwoNodes.UntilAsync(async () => (await First.StatusAsync()).Health == SessionsHealth.Healthy);
        await TwoNodes.UntilAsync(async () => await stranger.Client.StatusAsync() is { Health: SessionsHealth.Unhealthy, Reason: var reason } && reason.Contains("cluster of its own", StringComparison.Ordinal));
        await TwoNodes.UntilAsync(() => Task.FromResult(nodes.Errors.Any(error => error.Contains("(event 704)", StringComparison.Ordinal))));
        await Assert.ThrowsAsync<SessionStoreException>(() => stranger.Client.UpdateAsync(id, Data(1)));
        Assert.Equal("""{"n": 0}""", (await stranger.Client.GetAsync(id))!.Data.Json);
        await Second.UpdateAsync(id, Data(2));
        Assert.Equal("""{"n": 2}""", (await stranger.Client.GetAsync(id))!.Data.Json);
        await TwoNodes.LeaveAsync(stranger);
    }

    /// <summary>They move whenever a node has found the server again.</summary>
    private (long First, long Second) Epochs() => (nodes.First.Services.Database.Epoch, nodes.Second.Services.Database.Epoch);

    private static SessionData Data(int n) => SessionData.From($$"""{"n": {{n}}}""");

    /// <summary>Keeps what a listener hears.</summary>
    private sealed class Heard : IDisposable
    {
        private readonly ISessionEventStream _stream;
        private readonly ConcurrentQueue<SessionEnded> _ends = new();

        public Heard(ISessionEventStream stream)
        {
            _stream = stream;
            _ = Task.Run(async () =>
            {
                await foreach (var end in stream)
                {
                    _ends.Enqueue((SessionEnded)end);
                }
            });
        }

        public IReadOnlyList<SessionEnded> Ends => [.. _ends];

        public IReadOnlyList<SessionEnded> Told => [.. _ends.Where(end => end.SessionKey.StartsWith("told", StringComparison.Ordinal))];

        public void Dispose() => _stream.Dispose();
    }
}
