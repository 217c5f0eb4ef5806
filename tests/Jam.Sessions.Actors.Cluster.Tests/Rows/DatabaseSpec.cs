using System.Buffers.Binary;
using System.Collections.Immutable;
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
        var refusal = await Assert.ThrowsAsync<DatabaseException>(() => database.RunAsync((connection, cancellation) => ExecuteAsync("insert into calls values ('hunter2')", connection, cancellation)));
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
        var plain = new NpgsqlConnectionStringBuilder(_server.ConnectionString("tests")) { Host = "127.0.0.1", Port = link.Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable };
        await using var database = new Database(plain.ConnectionString, "public", s_callTimeout);
        await InsertAsync(database);
        _server.Freeze();
        await Assert.ThrowsAsync<DatabaseException>(() => InsertAsync(database));
        var before = link.Hellos.Count;

        // Whoever looks whether it is back comes again meanwhile.
        await TwoNodes.UntilAsync(() => Task.FromResult(link.Hellos.Count >= before + 3));
        _server.Thaw();
        Assert.DoesNotContain(link.Hellos, hello => BinaryPrimitives.ReadInt32BigEndian(hello.AsSpan(4)) == CancelRequest);
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

    private Task<string> CountAsync() => _server.QueryAsync("select count(*) from calls", "tests");

    private static Task<int> InsertAsync(Database database) => database.RunAsync((connection, cancellation) => ExecuteAsync("insert into calls values (1)", connection, cancellation));

    private static async Task<int> ExecuteAsync(string statement, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Would move a shard whenever it is asked.</summary>
    private sealed class Restless : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) => Task.FromResult(requester);

        public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
            Task.FromResult<IImmutableSet<string>>(ImmutableHashSet.Create("7"));
    }
}
