using System.Collections.Concurrent;
using Jam.Sessions.Actors.Benchmarks.Workload;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>ASP.NET's default behind sessions: <see cref="MemoryDistributedCache"/> with a sliding expiry of 20 minutes. Its values are bytes.</summary>
/// <remarks>It knows no keys, so two dictionaries stand beside it: the ids of a key, and the key of an id.</remarks>
internal sealed class MemoryCachePeer(int capacity) : ISessionPeer
{
    private static readonly DistributedCacheEntryOptions Sliding = new() { SlidingExpiration = TimeSpan.FromMinutes(20) };

    private readonly MemoryDistributedCache _cache = new(Options.Create(new MemoryDistributedCacheOptions { SizeLimit = long.MaxValue }));
    private readonly ConcurrentDictionary<string, string> _keys = new(Environment.ProcessorCount * 8, Math.Max(1024, capacity));
    private readonly IdsByKey _idsByKey = new(capacity / 2);

    public bool CompletesInline => true;

    public ValueTask<string> CreateAsync(string key, Payload data) => AddAsync(key, data.Utf8);

    public async ValueTask<object?> GetAsync(string id) => await _cache.GetAsync(id);

    public async ValueTask<bool> UpdateAsync(string id, Payload data)
    {
        if (await _cache.GetAsync(id) is null)
        {
            return false;
        }

        await _cache.SetAsync(id, data.Utf8, Sliding);
        return true;
    }

    public async ValueTask<bool> DeleteAsync(string id) => await RemoveAsync(id) is not null;

    public async ValueTask<int> ClearAsync(string key)
    {
        var ids = _idsByKey.Take(key);
        foreach (var id in ids)
        {
            _keys.TryRemove(id, out _);
            await _cache.RemoveAsync(id);
        }

        return ids.Length;
    }

    public async ValueTask<string?> ReworkAsync(string id)
    {
        var data = await _cache.GetAsync(id);
        return data is not null && await RemoveAsync(id) is { } key ? await AddAsync(key, data) : null;
    }

    public ValueTask DisposeAsync() => default;

    private async ValueTask<string> AddAsync(string key, byte[] data)
    {
        var id = Ids.New();
        await _cache.SetAsync(id, data, Sliding);
        _keys[id] = key;
        _idsByKey.Add(key, id);
        return id;
    }

    private async ValueTask<string?> RemoveAsync(string id)
    {
        if (!_keys.TryRemove(id, out var key))
        {
            return null;
        }

        await _cache.RemoveAsync(id);
        _idsByKey.Remove(key, id);
        return key;
    }
}
