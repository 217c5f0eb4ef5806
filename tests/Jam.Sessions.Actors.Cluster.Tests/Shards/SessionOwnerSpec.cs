using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Tests.Shards;

/// <summary>One owner, and what becomes of one that is an owner no more.</summary>
[Collection(OneNodeTests.Name)]
public sealed class SessionOwnerSpec(OneNode node) : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string _schema = $"owner{Guid.NewGuid():N}"[..20];
    private readonly List<OwnersOfANode> _nodes = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var other in _nodes)
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_new_owner_ends_the_old_ones_changes()
    {
        var (here, there) = (await NodeAsync(), await NodeAsync());
        var old = here.Own("user1");
        var id = (string)await AskAsync(old, here.Create("user1"));
        var owner = there.Own("user1");
        Assert.Equal("{}", await JsonAsync(owner, there, id));

        // The old one still believes that it is sure: its change finds other rows, it reads them anew, and goes on from there.
        Assert.Equal(Done.Instance, await AskAsync(owner, there.Call("user1", new UpdateSession(id, Data(1)))));
        Assert.Equal(Done.Instance, await AskAsync(old, here.Call("user1", new PatchSession(id, SessionData.From("""{"m": 2}""")))));
        Assert.Equal("""{"n": 1,"m": 2}""", await JsonAsync(old, here, id));
        Assert.Equal(Done.Instance, await AskAsync(owner, there.Call("user1", new PatchSession(id, SessionData.From("""{"k": 3}""")))));
        Assert.Equal("""{"n": 1,"m": 2,"k": 3}""", await JsonAsync(owner, there, id));
    }

    [Fact]
    public async Task An_owner_that_is_not_sure_asks_the_rows_before_it_answers()
    {
        var (here, there) = (await NodeAsync(), await NodeAsync());
        var (old, owner) = (here.Own("user1"), there.Own("user1"));
        var id = (string)await AskAsync(old, here.Create("user1"));
        here.BeUnsure();
        Assert.Equal("{}", await JsonAsync(old, here, id));

        // Nobody else has the rows yet, so its changes are made.
        Assert.Equal(Done.Instance, await AskAsync(old, here.Call("user1", new UpdateSession(id, Data(1)))));
        Assert.True((bool)await AskAsync(owner, there.Call("user1", new DeleteSession(id))));
        Assert.Equal(Detour.NotOwner, await AskAsync(old, here.Call("user1", new GetSession(id))));
        Assert.Equal(Detour.NotOwner, await AskAsync(old, here.Call("user1", new UpdateSession(id, Data(2)))));
        here.BeSure();
        Assert.IsType<SessionMissing>(await AskAsync(old, here.Call("user1", new GetSession(id))));
    }

    [Fact]
    public async Task An_owner_that_is_not_sure_takes_no_rows()
    {
        var here = await NodeAsync();
        here.BeUnsure();
        Assert.Equal(Detour.NotOwner, await AskAsync(here.Own("user1"), here.Create("user1")));
        Assert.Null(await here.Services.Reader.VersionOfAsync(here.Services.Routes.OfKey("user1")));
    }

    [Fact]
    public async Task A_stale_change_fails_alone()
    {
        var (here, there) = (await NodeAsync(), await NodeAsync());
        var stale = here.Services.Routes.OfKey("stale");
        var claimed = await ClaimAsync(here, stale);
        await ClaimAsync(there, stale);
        var all = Enumerable.Range(0, 50).Select(async i =>
        {
            var route = here.Services.Routes.OfKey($"user{i}");
            var version = i == 25 ? claimed.Version : (await ClaimAsync(here, route)).Version;
            return await CommitAsync(here, i == 25 ? stale : route, version);
        });
        var outcomes = await Task.WhenAll(all);
        Assert.Null(outcomes[25]);
        Assert.Equal(49, outcomes.Count(version => version is not null));
    }

    [Fact]
    public async Task A_change_that_is_sent_again_happens_once_and_has_the_same_answer()
    {
        var here = await NodeAsync();
        var owner = here.Own("user1");
        var create = here.Create("user1");
        var twice = await Task.WhenAll(AskAsync(owner, create), AskAsync(owner, create with { Attempt = 1 }));
        Assert.Equal([create.DrawnId!, create.DrawnId!], twice);
        Assert.Equal(create.DrawnId, await AskAsync(owner, create with { Attempt = 1 }));
        var (update, delete) = (here.Call("user1", new UpdateSession(create.DrawnId!, Data(1))), here.Call("user1", new DeleteSession(create.DrawnId!)));
        await AskAsync(owner, update);
        Assert.Equal(true, await AskAsync(owner, delete));

        // As after its node was killed: the rows know what the next owner needs.
        var next = (await NodeAsync()).Own("user1");
        Assert.Equal(create.DrawnId, await AskAsync(next, create with { Attempt = 1 }));
        Assert.Equal(Done.Instance, await AskAsync(next, update with { Attempt = 1 }));
        Assert.Equal(true, await AskAsync(next, delete with { Attempt = 1 }));
        Assert.Equal(0L, ((SessionCount)await AskAsync(next, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    [Fact]
    public async Task What_may_have_been_forgotten_is_not_done_again()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));
        await AskAsync(owner, create);
        for (var i = 0; i < DoneRequests.Most; i++)
        {
            await AskAsync(owner, here.Call("user1", new UpdateSession(create.DrawnId!, Data(i))));
        }

        var next = (await NodeAsync()).Own("user1");
        Assert.IsType<SessionOutcomeUnknownException>(await AskAsync(next, create with { Attempt = 1 }));
        Assert.Equal(1L, ((SessionCount)await AskAsync(next, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    /// <summary>A shard that moves keeps copies back: the first one may come after the answer to the second.</summary>
    [Fact]
    public async Task A_late_copy_does_nothing_more()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));
        var (clear, update) = (here.Call("user1", new ClearSessions("user1")), here.Call("user1", new UpdateSession(create.DrawnId!, Data(1)) { Expected = Data(0) }));
        Assert.Equal(0, await AskAsync(owner, clear with { Attempt = 1 }));
        await AskAsync(owner, create with { Attempt = 1 });
        Assert.IsType<SessionConflictException>(await AskAsync(owner, update with { Attempt = 1 }));
        await AskAsync(owner, here.Call("user1", new UpdateSession(create.DrawnId!, Data(0))));

        await AskAsync(owner, clear);
        await AskAsync(owner, update);
        Assert.Equal("""{"n": 0}""", await JsonAsync(owner, here, create.DrawnId!));
        Assert.Equal(Done.Instance, await AskAsync(owner, update with { Attempt = 2 }));
        Assert.True((bool)await AskAsync(owner, here.Call("user1", new DeleteSession(create.DrawnId!))));
        await AskAsync(owner, create);
        Assert.Equal(0L, ((SessionCount)await AskAsync(owner, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    [Fact]
    public async Task Copies_that_wait_together_are_one_request_whatever_their_order()
    {
        var here = await NodeAsync();
        var (owner, create, clear) = (here.Own("user1"), here.Create("user1"), here.Call("user1", new ClearSessions("user1")));
        var answers = await Task.WhenAll(AskAsync(owner, clear with { Attempt = 1 }), AskAsync(owner, create with { Attempt = 1 }), AskAsync(owner, clear), AskAsync(owner, create));
        Assert.Equal([0, create.DrawnId!, 0, create.DrawnId!], answers);
        Assert.Equal(1L, ((SessionCount)await AskAsync(owner, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    [Fact]
    public async Task What_came_and_went_at_once_does_not_come_again()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));

        // Both wait until the rows are claimed, and are decided together.
        var answers = await Task.WhenAll(AskAsync(owner, create), AskAsync(owner, here.Call("user1", new ClearSessions("user1"))));
        Assert.Equal([create.DrawnId!, 1], answers);
        var next = (await NodeAsync()).Own("user1");
        Assert.Equal(create.DrawnId, await AskAsync(next, create with { Attempt = 1 }));
        Assert.Equal(0L, ((SessionCount)await AskAsync(next, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    [Fact]
    public async Task A_copy_whose_asker_has_long_gone_on_is_not_made()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));
        Assert.Equal(Detour.NotOwner, await AskAsync(owner, create with { Sent = here.Services.Clock.Now() - TimeSpan.FromSeconds(6).Ticks }));
        Assert.Equal(create.DrawnId, await AskAsync(owner, create with { Attempt = 1, Sent = here.Services.Clock.Now() }));
    }

    [Fact]
    public async Task What_an_owner_has_forgotten_itself_is_not_done_again_either()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));
        await AskAsync(owner, create);
        await Task.WhenAll(Enumerable.Range(0, MadeChanges.Most).Select(i => AskAsync(owner, here.Call("user1", new UpdateSession(create.DrawnId!, Data(i))))));
        Assert.IsType<SessionOutcomeUnknownException>(await AskAsync(owner, create with { Attempt = 1 }));
    }

    [Fact]
    public async Task An_id_that_another_key_has_is_refused_and_its_neighbours_are_not()
    {
        var here = await NodeAsync();
        var first = here.Create("user1");
        await AskAsync(here.Own("user1"), first);
        var owner = here.Own("user2");
        var (taken, free) = (here.Create("user2") with { DrawnId = first.DrawnId }, here.Create("user2"));
        var answers = await Task.WhenAll(AskAsync(owner, taken), AskAsync(owner, free));
        Assert.Equal([Detour.IdTaken, free.DrawnId!], answers);
        Assert.Equal(Detour.IdTaken, await AskAsync(owner, here.Create("user2") with { DrawnId = free.DrawnId }));
    }

    [Fact]
    public async Task A_key_without_sessions_leaves_no_row()
    {
        var here = await NodeAsync();
        var (owner, route) = (here.Own("user1"), here.Services.Routes.OfKey("user1"));
        Assert.Equal(0, await AskAsync(owner, here.Call("user1", new ClearSessions("user1"))));
        Assert.NotNull(await here.Services.Reader.VersionOfAsync(route));
        await owner.GracefulStop(s_patience, StopOwner.Instance);
        Assert.True(SpinWait.SpinUntil(() => here.Services.Reader.VersionOfAsync(route).GetAwaiter().GetResult() is null, s_patience));
    }

    [Fact]
    public async Task A_key_that_was_just_emptied_leaves_to_the_next_owner_what_was_done()
    {
        var here = await NodeAsync();
        var (owner, create) = (here.Own("user1"), here.Create("user1"));
        await AskAsync(owner, create);
        Assert.Equal(1, await AskAsync(owner, here.Call("user1", new ClearSessions("user1"))));
        await owner.GracefulStop(s_patience, StopOwner.Instance);
        var next = (await NodeAsync()).Own("user1");
        Assert.Equal(create.DrawnId, await AskAsync(next, create with { Attempt = 1 }));
        Assert.Equal(0L, ((SessionCount)await AskAsync(next, here.Call("user1", new CountSessions("user1")))).Sessions);
    }

    [Fact]
    public async Task An_owner_that_is_to_stop_answers_everybody_first()
    {
        var here = await NodeAsync();
        var owner = here.Own("user1");
        var answers = Enumerable.Range(0, 20).Select(_ => AskAsync(owner, here.Create("user1"))).ToList();
        var stopped = owner.GracefulStop(s_patience, StopOwner.Instance);
        Assert.All(await Task.WhenAll(answers), answer => Assert.IsType<string>(answer));
        Assert.True(await stopped);
    }

    private static SessionData Data(int n) => SessionData.From($$"""{"n": {{n}}}""");

    private static async Task<object> AskAsync(IActorRef owner, ToOwner call) => (await owner.Ask<OwnerReply>(call, s_patience)).Answer;

    private static async Task<string> JsonAsync(IActorRef owner, OwnersOfANode node, string id) =>
        Assert.IsType<SessionFound>(await AskAsync(owner, node.Call("user1", new GetSession(id)))).Session.Data.Json;

    private static Task<Claimed> ClaimAsync(OwnersOfANode node, byte[] route)
    {
        var claimed = new TaskCompletionSource<Claimed>();
        node.Services.Writer.Claim(new ClaimWork(route, (rows, fault) => _ = fault is null ? claimed.TrySetResult(rows!) : claimed.TrySetException(fault)));
        return claimed.Task;
    }

    private static Task<long?> CommitAsync(OwnersOfANode node, byte[] route, long version)
    {
        var committed = new TaskCompletionSource<long?>();
        node.Services.Writer.Commit(new CommitWork(route, version, [], [], [], (moved, fault) => _ = fault is null ? committed.TrySetResult(moved) : committed.TrySetException(fault)));
        return committed.Task;
    }

    private async Task<OwnersOfANode> NodeAsync()
    {
        var other = await OwnersOfANode.StartAsync(node, _schema);
        _nodes.Add(other);
        return other;
    }
}
