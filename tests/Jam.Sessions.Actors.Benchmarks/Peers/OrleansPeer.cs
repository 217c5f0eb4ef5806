using System.Net;
using System.Net.Sockets;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>Orleans: a grain for each key in a silo of this process, in memory. Ids begin with the key, so that they find their grain.</summary>
internal sealed class OrleansPeer : ISessionPeer
{
    private IHost? _host;
    private IGrainFactory? _grains;

    public async Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()));
        _host = builder.Build();
        await _host.StartAsync();
        _grains = _host.Services.GetRequiredService<IGrainFactory>();
        return await this.CreateEachAsync(sessions);
    }

    public async ValueTask<string> CreateAsync(string key, Payload data) => await Grain(key).CreateAsync(data.Text);

    public async ValueTask<object?> GetAsync(string id) => await Grain(KeyOf(id)).GetAsync(id);

    public async ValueTask<bool> UpdateAsync(string id, Payload data) => await Grain(KeyOf(id)).UpdateAsync(id, data.Text);

    public async ValueTask<bool> DeleteAsync(string id) => await Grain(KeyOf(id)).DeleteAsync(id);

    public async ValueTask<int> ClearAsync(string key) => await Grain(key).ClearAsync();

    public async ValueTask<string?> ReworkAsync(string id) => await Grain(KeyOf(id)).ReworkAsync(id);

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
    }

    private static string KeyOf(string id) => id.Split('.')[0];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private ISessionGrain Grain(string key) => _grains!.GetGrain<ISessionGrain>(key);
}

/// <summary>The sessions of one key. Public, as Orleans generates code for it.</summary>
public interface ISessionGrain : IGrainWithStringKey
{
    Task<string> CreateAsync(string text);

    Task<string?> GetAsync(string id);

    Task<bool> UpdateAsync(string id, string text);

    Task<bool> DeleteAsync(string id);

    Task<int> ClearAsync();

    Task<string?> ReworkAsync(string id);
}

/// <inheritdoc cref="ISessionGrain" />
public sealed class SessionGrain : Grain, ISessionGrain
{
    private readonly Dictionary<string, string> _sessions = new(1);

    public Task<string> CreateAsync(string text)
    {
        var id = $"{this.GetPrimaryKeyString()}.{Ids.New()}";
        _sessions[id] = text;
        return Task.FromResult(id);
    }

    public Task<string?> GetAsync(string id) => Task.FromResult(_sessions.GetValueOrDefault(id));

    public Task<bool> UpdateAsync(string id, string text)
    {
        var isFound = _sessions.ContainsKey(id);
        if (isFound)
        {
            _sessions[id] = text;
        }

        return Task.FromResult(isFound);
    }

    public Task<bool> DeleteAsync(string id) => Task.FromResult(_sessions.Remove(id));

    public Task<int> ClearAsync()
    {
        var count = _sessions.Count;
        _sessions.Clear();
        return Task.FromResult(count);
    }

    public async Task<string?> ReworkAsync(string id) => _sessions.Remove(id, out var text) ? await CreateAsync(text) : null;
}
