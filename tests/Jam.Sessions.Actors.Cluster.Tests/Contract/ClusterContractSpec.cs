using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Tests.Contract;

namespace Jam.Sessions.Actors.Cluster.Tests.Contract;

/// <summary>The contract of memory and file, on PostgreSQL and Akka.Cluster.Sharding; and in what it differs.</summary>
[Collection(OneNodeTests.Name)]
public sealed class ClusterContractSpec(OneNode node) : SessionsContract(node.System)
{
    [Fact]
    public override Task What_has_ended_takes_no_place_under_a_limit() => IsRefused(o => o.MaxSessions = 3, "max-sessions");

    [Fact]
    public override Task An_id_factory_runs_on_no_thread_of_the_sweep() => IsRefused(o => o.MaxSessions = 1, "max-sessions");

    [Fact]
    public override Task A_full_store_stays_within_its_limit_under_concurrent_creates() => IsRefused(o => o.MaxSessions = 20, "max-sessions");

    /// <summary>PostgreSQL looks for a prefix by itself.</summary>
    [Fact]
    public override async Task A_page_looks_at_so_many_keys_and_goes_on_where_it_stopped()
    {
        await using var sessions = await BeginAsync();
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => sessions.Client.CreateAsync($"user{i}", Data("{}"))));
        var handle = (await sessions.Client.PeekAsync(await sessions.Client.CreateAsync("zoe", Data())))!.Handle;
        var page = await sessions.Client.SendAsync(new QuerySessions(keyPrefix: "zoe"));
        Assert.Equal((handle, null), (Assert.Single(page.Sessions).Session.Handle, page.Next));
    }

    protected override async Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null)
    {
        var store = await node.StartAsync(options =>
        {
            configure?.Invoke(options.Sessions);

            // What is acknowledged is committed, whatever a test of relaxed durability asks for.
            options.Sessions.Durability = null;
        });
        return new Sessions(store.Client, store.Ref, store.DisposeAsync);
    }

    private async Task IsRefused(Action<JamSessionsOptions> configure, string option) =>
        Assert.Contains(option, (await Assert.ThrowsAsync<JamSessionsOptionsException>(() => BeginAsync(configure))).Message, StringComparison.Ordinal);
}
