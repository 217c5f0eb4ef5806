using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Jam.Sessions.Actors.Cluster.Torture.Speed;

/// <summary>Orleans beside it: a grain for each key in a silo of this process, whose state stands in PostgreSQL by Orleans' own ADO.NET storage.</summary>
internal sealed class OrleansNode : IAsyncDisposable
{
    // Names and parameters are those that Orleans' storage asks for; the statements may be anybody's.
    private const string Tables = """
        create table OrleansQuery (QueryKey varchar(64) primary key, QueryText text not null);
        create table states (
            type int not null, hash int not null, n0 bigint not null, n1 bigint not null, extension text not null, service text not null,
            payload bytea, version int not null, primary key (hash, type, n0, n1, extension, service)) with (fillfactor = 70);
        insert into OrleansQuery values ('WriteToStorageKey', $$
            insert into states as s values (@GrainTypeHash, @GrainIdHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), @ServiceId, @PayloadBinary, 1)
            on conflict (hash, type, n0, n1, extension, service) do update set payload = excluded.payload, version = s.version + 1 where s.version = @GrainStateVersion
            returning version as NewGrainStateVersion $$);
        insert into OrleansQuery values ('ReadFromStorageKey', $$
            select payload as PayloadBinary, null::xml as PayloadXml, null::text as PayloadJson, now() at time zone 'utc', version as Version from states
            where hash = @GrainIdHash and type = @GrainTypeHash and n0 = @GrainIdN0 and n1 = @GrainIdN1 and extension = coalesce(@GrainIdExtensionString, '') and service = @ServiceId $$);
        insert into OrleansQuery values ('ClearStorageKey', $$ select 1 $$);
        """;

    private readonly IHost _host;

    private OrleansNode(IHost host) => _host = host;

    public static async Task<OrleansNode> StartAsync(PostgresServer server, string database)
    {
        await server.QueryAsync(Tables, database);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort(), FreePort())
            .AddAdoNetGrainStorage("postgresql", storage => (storage.Invariant, storage.ConnectionString) = ("Npgsql", $"{server.ConnectionString(database, maxPoolSize: 20)};Max Auto Prepare=20;Auto Prepare Min Usages=2")));
        var host = builder.Build();
        await host.StartAsync();
        return new OrleansNode(host);
    }

    public Task UpdateAsync(string key, string data) => _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IStoredGrain>(key).UpdateAsync(data);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One session. Public, as Orleans generates code for it.</summary>
public interface IStoredGrain : IGrainWithStringKey
{
    Task UpdateAsync(string data);
}

/// <inheritdoc cref="IStoredGrain" />
public sealed class StoredGrain([PersistentState("session", "postgresql")] IPersistentState<StoredState> stored) : Grain, IStoredGrain
{
    public Task UpdateAsync(string data)
    {
        stored.State.Data = data;
        return stored.WriteStateAsync();
    }
}

/// <summary>What such a grain keeps.</summary>
[GenerateSerializer]
public sealed class StoredState
{
    [Id(0)]
    public string Data { get; set; } = "";
}
