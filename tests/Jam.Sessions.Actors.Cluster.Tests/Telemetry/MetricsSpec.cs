using Akka.Actor;
using Jam.Sessions.Actors.Cluster.Tests.Nodes;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Cluster.Tests.Telemetry;

/// <summary>What a node lets be seen of it: the instruments of one process, but those of the file.</summary>
[Collection(OneNodeTests.Name)]
public sealed class MetricsSpec(OneNode node) : IDisposable
{
    private readonly Instruments _instruments = new();

    public void Dispose() => _instruments.Dispose();

    [Fact]
    public async Task Reads_and_commands_are_counted_at_the_node_that_is_asked()
    {
        using var durations = _instruments.Collect<double>(Names.CommandDuration);
        await using var store = await StartAsync(o => o.Sessions.MaxSessionsPerKey = 1);
        var id = await store.Client.CreateAsync("ann", Data(1));
        await store.Client.GetAsync(id);
        await store.Client.LookupAsync(id);
        Assert.IsType<SessionFound>(await store.Ref.Ask<SessionLookup>(new GetSession(id)));
        await store.Client.GetAsync("never-issued");
        await store.Client.UpdateAsync(id, Data(2));
        await Assert.ThrowsAsync<SessionLimitException>(() => store.Client.CreateAsync("ann", Data(3)));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => store.Client.UpdateAsync("never-issued", Data(1)));
        Assert.Equal((3, 1), (_instruments.Observe(Names.Reads, "found"), _instruments.Observe(Names.Reads, "missing")));
        Assert.Equal(2, _instruments.Observe(Names.UnknownIds));
        Assert.Equal(
            ["create", "update", $"create {typeof(SessionLimitException)}", $"update {typeof(SessionNotFoundException)}"],
            durations.GetMeasurementSnapshot().Select(measured => $"{measured.Tags[Names.CommandTag]} {measured.Tags.GetValueOrDefault(Names.ErrorTag)}".TrimEnd()));
    }

    [Fact]
    public async Task What_came_and_went_is_counted_by_its_owner_and_what_there_is_by_who_holds_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var created = _instruments.Collect<long>(Names.Created);
        using var ended = _instruments.Collect<long>(Names.Ended);
        using var changes = _instruments.Collect<int>(Names.CommitChanges);
        await using (var store = await StartAsync(o => (o.Sessions.TimeProvider, o.Sessions.IdleTimeout, o.Sessions.SweepInterval) = (time, TimeSpan.FromMinutes(20), Timeout.InfiniteTimeSpan)))
        {
            var ids = new[] { await store.Client.CreateAsync("ann", Data(1)), await store.Client.CreateAsync("ann", Data(2)), await store.Client.CreateAsync("ben", Data(3)) };
            Assert.Equal((3, 2, 2), Figures(await store.Client.StatusAsync()));
            await store.Client.DeleteAsync(ids[2]);
            Assert.Equal((2, 1, 2), Figures(await store.Client.StatusAsync()));
            time.Advance(TimeSpan.FromMinutes(21));
            Assert.Equal(2, await store.Client.SendAsync(new SweepSessions()));
            Assert.Equal((0, 0, 2), Figures(await store.Client.StatusAsync()));
            Assert.Equal((0, 0, 0), (_instruments.Observe(Names.Active), _instruments.Observe(Names.Keys), _instruments.Observe(Names.Health)));
        }

        Assert.Equal(3, created.GetMeasurementSnapshot().Sum(measured => measured.Value));
        Assert.Equal(["deleted", "idle", "idle"], ended.GetMeasurementSnapshot().Select(measured => measured.Tags[Names.ReasonTag]));
        Assert.Equal(6, changes.GetMeasurementSnapshot().Sum(measured => measured.Value));
    }

    [Fact]
    public async Task Owners_that_left_hold_nothing()
    {
        await using var store = await StartAsync(o => o.KeyIdleTimeout = TimeSpan.FromSeconds(1));
        await store.Client.CreateAsync("ann", Data(1));
        await TwoNodes.UntilAsync(async () => Figures(await store.Client.StatusAsync()) == (0, 0, 0));
        Assert.Equal(new SessionCount(1, 1), await store.Client.CountAsync());
    }

    [Fact]
    public async Task Of_a_file_nothing_is_said()
    {
        await using var store = await StartAsync();
        await store.Client.CreateAsync("ann", Data(1));
        Assert.Equal(0, _instruments.Observe(Names.CommitFailures));
        Assert.All(
            (string[])[Names.FileSize, Names.JournalSize, Names.CommitWait, Names.SnapshotFailures, Names.EncryptionKeysNeeded],
            instrument => Assert.True(double.IsNaN(_instruments.Observe(instrument)), instrument));
    }

    private Task<JamSessionsCluster> StartAsync(Action<JamSessionsClusterOptions>? configure = null) => node.StartAsync(configure, _instruments.Factory);

    private static (long Sessions, long Keys, long Owners) Figures(SessionsStatus status) => (status.Sessions, status.Keys, status.KeyActors);

    private static SessionData Data(int n) => SessionData.From($$"""{"n": {{n}}}""");
}
