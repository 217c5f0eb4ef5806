using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Tests.Nodes;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Cluster.Wire;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Tests.Shards;

/// <summary>Reads on the node that owns a key, which take no message: they see what is committed, and nothing else.</summary>
[Collection(OneNodeTests.Name)]
public sealed class OwnerViewsSpec(OneNode node)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly string _schema = $"views{Guid.NewGuid():N}"[..20];

    [Fact]
    public async Task An_owner_shows_what_is_committed_and_nothing_while_a_change_is_under_way()
    {
        await using var here = await OwnersOfANode.StartAsync(node, _schema);
        var owner = here.Own("user1");
        Assert.Null(Read(here, "no id"));
        var id = await AskAsync<string>(owner, here.Create("user1"));
        Assert.Equal("{}", await ShownAsync(here, id));
        Assert.Null(Read(here, "no id"));

        await using (var connection = await LockKeysAsync())
        {
            var update = AskAsync<Done>(owner, here.Call("user1", new UpdateSession(id, Data(1))));
            await TwoNodes.UntilAsync(() => Task.FromResult(Read(here, id) is null));
            Assert.False(update.IsCompleted);
            await connection.CloseAsync();
            await update;
        }

        Assert.Equal("""{"n": 1}""", await ShownAsync(here, id));
        Assert.True(await AskAsync<bool>(owner, here.Call("user1", new DeleteSession(id))));
        Assert.Null(Read(here, id));
    }

    [Fact]
    public async Task Nothing_is_read_where_the_node_is_not_sure_or_the_owner_has_stopped()
    {
        await using var here = await OwnersOfANode.StartAsync(node, _schema);
        var owner = here.Own("user1");
        var id = await AskAsync<string>(owner, here.Create("user1"));
        await ShownAsync(here, id);
        here.BeUnsure();
        Assert.Null(Read(here, id));
        here.BeSure();
        Assert.NotNull(Read(here, id));
        await owner.GracefulStop(s_patience, StopOwner.Instance);
        Assert.Null(Read(here, id));
    }

    [Fact]
    public async Task Reads_beside_changes_never_go_back_behind_what_was_acknowledged()
    {
        await using var store = await node.StartAsync();
        var id = await store.Client.CreateAsync("user1", Data(0));
        var acknowledged = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var last = 0; last < 300;)
            {
                var known = Volatile.Read(ref acknowledged);
                var seen = (await store.Client.GetAsync(id))!.Data.ToJsonObject()["n"]!.GetValue<int>();
                Assert.True(seen >= known && seen >= last, $"{seen} after {known} was acknowledged and {last} was seen");
                last = seen;
            }
        })).ToList();
        for (var n = 1; n <= 300; n++)
        {
            await store.Client.UpdateAsync(id, Data(n));
            Volatile.Write(ref acknowledged, n);
        }

        await Task.WhenAll(readers).WaitAsync(s_patience);
    }

    private static SessionData Data(int n) => SessionData.From($$"""{"n": {{n}}}""");

    private static Session? Read(OwnersOfANode here, string id) => here.Services.Views.TryRead(Routes.OwnerOf(here.Services.Routes.OfKey("user1")), id, isUse: true, here.Services);

    /// <summary>What is shown, once something is.</summary>
    private static async Task<string> ShownAsync(OwnersOfANode here, string id)
    {
        Session? shown = null;
        await TwoNodes.UntilAsync(() => Task.FromResult((shown = Read(here, id)) is not null));
        return shown!.Data.Json;
    }

    private static async Task<T> AskAsync<T>(IActorRef owner, ToOwner call) => (T)(await owner.Ask<OwnerReply>(call, s_patience)).Answer;

    /// <summary>Changes of keys wait until the connection is closed.</summary>
    private async Task<NpgsqlConnection> LockKeysAsync()
    {
        var connection = new NpgsqlConnection(node.Server.ConnectionString("tests") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {_schema}.keys in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
