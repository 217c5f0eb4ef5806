using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>The ids of each key, for stores that find sessions by id only.</summary>
internal sealed class IdsByKey(int capacity)
{
    private readonly ConcurrentDictionary<string, string[]> _ids = new(Environment.ProcessorCount * 8, Math.Max(1024, capacity));

    public void Add(string key, string id) => _ids.AddOrUpdate(key, static (_, added) => [added], static (_, ids, added) => [.. ids, added], id);

    public void Remove(string key, string id)
    {
        while (_ids.TryGetValue(key, out var ids) && ids.Contains(id))
        {
            string[] rest = [.. ids.Where(other => other != id)];
            if (rest.Length == 0 ? _ids.TryRemove(KeyValuePair.Create(key, ids)) : _ids.TryUpdate(key, rest, ids))
            {
                return;
            }
        }
    }

    /// <summary>Removes the key; the ids that it had.</summary>
    public string[] Take(string key) => _ids.TryRemove(key, out var ids) ? ids : [];
}
