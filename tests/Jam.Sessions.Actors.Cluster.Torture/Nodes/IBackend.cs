using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>How the engine of a node is put together. It must make an <see cref="IJamSessions"/> injectable.</summary>
internal interface IBackend
{
    public static IReadOnlyList<IBackend> All { get; } = [new ClusterBackend(), new FileBackend(), new MemoryBackend()];

    string Name { get; }

    /// <summary>Whether several nodes share one store, which is a PostgreSQL database.</summary>
    bool IsCluster { get; }

    /// <summary>Whether sessions survive the end of a node.</summary>
    bool IsDurable { get; }

    void Configure(IHostApplicationBuilder builder, NodeOptions options);

    /// <summary>What this node owns, as beginnings of session ids; nothing where that cannot be told.</summary>
    Task<IReadOnlyList<string>> OwnedAsync(IServiceProvider services);

    static IBackend? Find(string name) => All.FirstOrDefault(backend => backend.Name == name);
}

/// <summary>One process, one JSON file: shows what the matrix sees of an engine that is down while its process is.</summary>
internal sealed class FileBackend : IBackend
{
    public string Name => "file";

    public bool IsCluster => false;

    public bool IsDurable => true;

    public void Configure(IHostApplicationBuilder builder, NodeOptions options)
    {
        builder.Services.AddJamSessions(o => (o.JsonPath, o.LockTimeout) = (options.Store, TimeSpan.FromSeconds(10)));
        builder.Services.AddAkka("torture", akka => akka.WithJamSessions());
    }

    public Task<IReadOnlyList<string>> OwnedAsync(IServiceProvider services) => Task.FromResult<IReadOnlyList<string>>([]);
}

/// <summary>One process, and nothing that outlives it.</summary>
internal sealed class MemoryBackend : IBackend
{
    public string Name => "memory";

    public bool IsCluster => false;

    public bool IsDurable => false;

    public void Configure(IHostApplicationBuilder builder, NodeOptions options)
    {
        builder.Services.AddJamSessions(o => o.InMemory = true);
        builder.Services.AddAkka("torture", akka => akka.WithJamSessions());
    }

    public Task<IReadOnlyList<string>> OwnedAsync(IServiceProvider services) => Task.FromResult<IReadOnlyList<string>>([]);
}
