using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Shards;
using Jam.Sessions.Actors.Cluster.Tests.Nodes;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Cluster.Torture;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Tests.Rows;

/// <summary>What a caller is told of statements is true, whatever the server does.</summary>
public sealed class DatabaseSpec : IAsyncLifetime
{
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(1);

    // PostgreSQL's protocol, "CancelRequest".
    private const int CancelRequest = 80877102;

    private PostgresServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await _server.CreateDatabaseAsync("tests");
        await _server.QueryAsync("create table calls (n int); create table store as select 0 as imports", "tests");
    }

    public Task DisposeAsync() => _server.DisposeAsync().AsTask();

    [Fact]
    public async Task What_was_given_up_before_it_was_sent_is_never_sent()
    {
        await using var database = new Database(_server.ConnectionString("tests"), "public", s_callTimeout);

        // The server takes the connection, and says nothing until it goes on.
        _server.Freeze();
        Assert.Equal(DatabaseFault.Away, (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database))).Fault);
        _server.Thaw();
        await TwoNodes.UntilAsync(() => Task.FromResult(!database.IsAway));
        await InsertAsync(database);
        Assert.Equal("1", await CountAsync());
    }

    [Fact]
    public async Task What_was_sent_to_a_server_that_is_silent_may_have_happened()
    {
        await using var database = new Database(_server.ConnectionString("tests"), "public", s_callTimeout);
        await InsertAsync(database);
        _server.Freeze();
        Assert.Equal(DatabaseFault.Unknown, (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database))).Fault);
        Assert.True(database.IsAway);
        Assert.Equal(DatabaseFault.Away, (await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database))).Fault);
        var epoch = database.Epoch;
        _server.Thaw();
        await TwoNodes.UntilAsync(() => Task.FromResult(!database.IsAway));
        Assert.True(database.Epoch > epoch);
        await InsertAsync(database);

        // The driver asks the server to end it, as soon as that hears anything: it may come too late.
        Assert.Contains(await CountAsync(), (string[])["2", "3"]);
    }

    [Fact]
    public async Task What_the_server_refuses_changes_nothing_and_does_not_send_it_away()
    {
        await using var database = new Database(_server.ConnectionString("tests"), "public", s_callTimeout);
        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => database.RunAsync(connection => ExecuteAsync("insert into calls values ('hunter2')", connection)));
        Assert.Equal(DatabaseFault.Refused, refusal.Fault);
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
        Assert.False(database.IsAway);
    }

    [Fact]
    public async Task A_server_that_is_slow_to_answer_is_found_again()
    {
        await using var link = SlowLink.To(_server.Port, TimeSpan.FromSeconds(1.5));
        var slow = new NpgsqlConnectionStringBuilder(_server.ConnectionString("tests")) { Host = "127.0.0.1", Port = link.Port };
        await using var database = new Database(slow.ConnectionString, "public", TimeSpan.FromSeconds(10));
        await InsertAsync(database);
        _server.Kill();
        await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database));
        Assert.True(database.IsAway);
        await _server.StartAgainAsync();
        await TwoNodes.UntilAsync(() => Task.FromResult(!database.IsAway));
        await InsertAsync(database);
        Assert.Equal("2", await CountAsync());
    }

    /// <summary>The driver would block a thread of the pool for that, until the server answers.</summary>
    [Fact]
    public async Task A_silent_server_is_asked_to_cancel_nothing()
    {
        await using var link = SlowLink.To(_server.Port, TimeSpan.Zero);
        await using var database = new Database(PlainThrough(link), "public", s_callTimeout);
        await InsertAsync(database);
        _server.Freeze();
        await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database));
        var before = link.Hellos.Count;

        // Whoever looks whether it is back comes again meanwhile.
        await TwoNodes.UntilAsync(() => Task.FromResult(link.Hellos.Count >= before + 3));
        _server.Thaw();
        Assert.DoesNotContain(link.Hellos, IsCancelRequest);
    }

    [Fact]
    public async Task Nor_is_it_by_who_leaves_who_waits_for_nothing_that_is_under_way()
    {
        await using var link = SlowLink.To(_server.Port, TimeSpan.Zero);
        var database = new Database(PlainThrough(link), "public", TimeSpan.FromMinutes(1));
        await InsertAsync(database);
        _server.Freeze();
        var underWay = InsertAsync(database);
        await database.DisposeAsync();
        Assert.Equal(DatabaseFault.Unknown, (await Assert.ThrowsAsync<DatabaseException>(() => underWay.WaitAsync(TimeSpan.FromSeconds(30)))).Fault);
        _server.Thaw();
        Assert.DoesNotContain(link.Hellos, IsCancelRequest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outage_leaves_no_connections_behind(bool hasSeveralHosts)
    {
        var one = new NpgsqlConnectionStringBuilder(_server.ConnectionString("tests"));
        var settings = hasSeveralHosts ? new NpgsqlConnectionStringBuilder(one.ConnectionString) { Host = $"127.0.0.1:{one.Port},127.0.0.1:1" } : one;
        await using var database = new Database(settings.ConnectionString, "public", s_callTimeout);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => database.RunAsync(connection => ExecuteAsync("select pg_sleep(0.2)", connection))));
        Assert.Equal(5, await ConnectionsAsync());
        _server.Freeze();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database))));
        _server.Thaw();
        await TwoNodes.UntilAsync(() => Task.FromResult(!database.IsAway));
        await InsertAsync(database);
        await TwoNodes.UntilAsync(async () => await ConnectionsAsync() == 1);

        async Task<int> ConnectionsAsync() => int.Parse(await _server.QueryAsync("select count(*) from pg_stat_activity where application_name = 'jam-sessions'"), CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task What_takes_too_long_is_ended_by_the_server_which_is_not_away_for_that()
    {
        await using var database = new Database(_server.ConnectionString("tests"), "public", s_callTimeout);
        var slow = await Assert.ThrowsAsync<DatabaseException>(() => database.RunAsync(connection => ExecuteAsync("insert into calls select 1 from pg_sleep(60)", connection)));
        Assert.Equal(DatabaseFault.TimedOut, slow.Fault);
        Assert.False(database.IsAway);
        Assert.Equal("0", await CountAsync());
    }

    [Fact]
    public async Task Shards_stay_where_they_are_while_the_server_is_away()
    {
        await using var database = new Database(_server.ConnectionString("tests"), "public", s_callTimeout);
        var allocation = new SteadyAllocation(new Restless(), database);
        Assert.Equal(["7"], await RebalanceAsync());
        _server.Kill();
        await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database));
        Assert.Empty(await RebalanceAsync());
        await _server.StartAgainAsync();
        await TwoNodes.UntilAsync(() => Task.FromResult(!database.IsAway));
        Assert.Equal(["7"], await RebalanceAsync());

        Task<IImmutableSet<string>> RebalanceAsync() => allocation.Rebalance(ImmutableDictionary<IActorRef, IImmutableList<string>>.Empty, ImmutableHashSet<string>.Empty);
    }

    private static bool IsCancelRequest(byte[] hello) => BinaryPrimitives.ReadInt32BigEndian(hello.AsSpan(4)) == CancelRequest;

    /// <summary>So that a connection begins with what it is for.</summary>
    private string PlainThrough(SlowLink link) =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString("tests")) { Host = "127.0.0.1", Port = link.Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable }.ConnectionString;

    private Task<string> CountAsync() => _server.QueryAsync("select count(*) from calls", "tests");

    private static Task<int> InsertAsync(Database database) => database.RunAsync(connection => ExecuteAsync("insert into calls values (1)", connection));

    private static async Task<int> ExecuteAsync(string statement, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Would move a shard whenever it is asked.</summary>
    private sealed class Restless : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) => Task.FromResult(requester);

        public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
            Task.FromResult<IImmutableSet<string>>(ImmutableHashSet.Create("7"));
    }
}
