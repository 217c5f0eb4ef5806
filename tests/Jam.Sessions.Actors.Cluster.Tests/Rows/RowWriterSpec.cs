using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Tests.Support;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Tests.Rows;

/// <summary>What becomes of keys that share a statement.</summary>
[Collection(OneNodeTests.Name)]
public sealed class RowWriterSpec(OneNode node)
{
    [Fact]
    public async Task Keys_whose_statement_took_too_long_do_not_wait_once_more_one_by_one()
    {
        using var instruments = new Instruments();
        using var commits = instruments.Collect<double>(Names.CommitDuration);
        var schema = $"writer{Guid.NewGuid():N}"[..20];
        await using var here = await OwnersOfANode.StartAsync(node, schema, callTimeout: TimeSpan.FromSeconds(1), meters: instruments.Factory);
        var routes = Enumerable.Range(0, 8).Select(i => here.Services.Routes.OfKey($"user{i}")).ToList();
        var claimed = await Task.WhenAll(routes.Select(route => HeardAsync<Claimed>(done => here.Services.Writer.Claim(new ClaimWork(route, (rows, fault) => done(rows, fault))))));
        await using var connection = new NpgsqlConnection(node.Server.ConnectionString("tests") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; lock table {schema}.keys in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        var outcomes = await Task.WhenAll(routes.Select((route, i) => HeardAsync<object>(done =>
            here.Services.Writer.Commit(new CommitWork(route, claimed[i].Rows!.Version, [], [], [], (version, fault) => done(version, fault))))));
        Assert.All(outcomes, outcome => Assert.Equal(DatabaseFault.TimedOut, outcome.Fault!.Fault));
        Assert.False(here.Services.Database.IsAway);

        // The first may have gone alone.
        Assert.InRange(commits.GetMeasurementSnapshot().Count, 1, 2);
    }

    private static Task<(T? Rows, DatabaseException? Fault)> HeardAsync<T>(Action<Action<T?, DatabaseException?>> begin)
        where T : class
    {
        var heard = new TaskCompletionSource<(T?, DatabaseException?)>();
        begin((rows, fault) => heard.SetResult((rows, fault)));
        return heard.Task;
    }
}
