using System.Collections.Concurrent;
using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A <see cref="ConcurrentDictionary{TKey, TValue}"/> of immutable records, and one of the ids of each key: the limit of any shared map.</summary>
internal sealed class DictionaryPeer(int capacity) : ISessionPeer
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(Environment.ProcessorCount * 8, Math.Max(1024, capacity));
    private readonly IdsByKey _idsByKey = new(capacity / 2);

    public bool CompletesInline => true;

    public ValueTask<string> CreateAsync(string key, Payload data) => new(Add(key, data.Text));

    public ValueTask<object?> GetAsync(string id) => new(_entries.TryGetValue(id, out var entry) ? entry.Text : null);

    public ValueTask<bool> UpdateAsync(string id, Payload data)
    {
        while (_entries.TryGetValue(id, out var entry))
        {
            if (_entries.TryUpdate(id, entry with { Text = data.Text }, entry))
            {
                return new(true);
            }
        }

        return new(false);
    }

    public ValueTask<bool> DeleteAsync(string id) => new(Remove(id) is not null);

    public ValueTask<int> ClearAsync(string key) => new(_idsByKey.Take(key).Count(id => _entries.TryRemove(id, out _)));

    public ValueTask<string?> ReworkAsync(string id) => new(Remove(id) is { } entry ? Add(entry.Key, entry.Text) : null);

    public ValueTask DisposeAsync() => default;

    private string Add(string key, string text)
    {
        var id = Ids.New();
        _entries[id] = new Entry(key, text);
        _idsByKey.Add(key, id);
        return id;
    }

    private Entry? Remove(string id)
    {
        if (!_entries.TryRemove(id, out var entry))
        {
            return null;
        }

        _idsByKey.Remove(entry.Key, id);
        return entry;
    }

    private sealed record Entry(string Key, string Text)
    {
        // By reference: a record would compare the texts.
        public bool Equals(Entry? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
    }
}
