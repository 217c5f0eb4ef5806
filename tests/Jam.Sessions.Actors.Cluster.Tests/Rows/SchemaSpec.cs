using Jam.Sessions.Actors.Cluster.Tests.Nodes;
using Jam.Sessions.Actors.Cluster.Tests.Support;
using Npgsql;

namespace Jam.Sessions.Actors.Cluster.Tests.Rows;

/// <summary>What a start needs of PostgreSQL, and what it says where that is missing.</summary>
[Collection(OneNodeTests.Name)]
public sealed class SchemaSpec(OneNode node)
{
    private readonly string _schema = $"schema_{Guid.NewGuid():N}"[..20];

    private string Superuser => node.Server.ConnectionString("tests", maxPoolSize: 10);

    [Fact]
    public async Task A_database_that_is_not_there_is_to_be_made() =>
        Assert.Contains("create database", await RefusalAsync(node.Server.ConnectionString("nowhere")), StringComparison.Ordinal);

    [Fact]
    public async Task A_user_who_is_not_there_is_to_be_looked_at() => Assert.Contains("Look at Username and Password", await RefusalAsync(As("nobody")), StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_password_is_to_be_looked_at_and_not_repeated()
    {
        await QueryAsync($"create role {_schema} login password 'right'");
        var file = (await QueryAsync("show hba_file")).Trim();
        await File.WriteAllTextAsync(file, $"host all {_schema} all scram-sha-256\n{await File.ReadAllTextAsync(file)}");
        await QueryAsync("select pg_reload_conf()");

        // The server reads it anew when it comes to it.
        var refusal = "";
        await TwoNodes.UntilAsync(async () => (refusal = await RefusalAsync(As(_schema) + ";Password=hunter2")).Contains("28P01", StringComparison.Ordinal));
        Assert.Contains("Look at Username and Password", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_is_to_have_them_and_needs_none_to_make_tables_that_are_there()
    {
        await QueryAsync($"create role {_schema} login");
        Assert.Contains("grant create on database", await RefusalAsync(As(_schema)), StringComparison.Ordinal);

        await using (await node.StartAsync(node.System, _schema))
        {
        }

        await QueryAsync(
            $"grant usage on schema {_schema} to {_schema}; grant usage on all sequences in schema {_schema} to {_schema}; grant select, insert, update, delete on all tables in schema {_schema} to {_schema}");
        await using var store = await node.StartAsync(node.System, _schema, o => (o.ConnectionString, o.CreateSchema) = (As(_schema), false));
        var id = await store.Client.CreateAsync("ann", SessionData.Empty);
        await store.Client.UpdateAsync(id, SessionData.From("""{"n": 1}"""));
        Assert.Equal(new SessionCount(1, 1), await store.Client.CountAsync());
        Assert.Equal(0, await store.Client.SendAsync(new SweepSessions()));
        Assert.True(await store.Client.DeleteAsync(id));
    }

    private string As(string user) => new NpgsqlConnectionStringBuilder(Superuser) { Username = user }.ConnectionString;

    private Task<string> QueryAsync(string sql) => node.Server.QueryAsync(sql, "tests");

    private async Task<string> RefusalAsync(string connectionString) =>
        (await Assert.ThrowsAsync<SessionStoreException>(() => node.StartAsync(node.System, _schema, o => o.ConnectionString = connectionString))).Message;
}
