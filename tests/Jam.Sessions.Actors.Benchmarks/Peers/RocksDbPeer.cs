using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>RocksDB called by everybody on the thread that they have: it groups the writes that meet, and syncs once for a group.</summary>
/// <remarks>
/// A change looks before it writes, under the lock of its key, and has it until the write is back: two changes of a key never share a sync.
/// Where calls block for a sync, the pool has a thread for each caller from the beginning: otherwise few writes would meet.
/// </remarks>
internal sealed class RocksDbPeer : ISessionPeer
{
    private const int Callers = 256;
    private const int Stripes = 4096;

    private readonly Scratch _scratch = new();
    private readonly RocksDbStore _store;
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];

    /// <param name="isSynced">Whether a change is on the disk when it is complete, or with the operating system.</param>
    public RocksDbPeer(bool isSynced)
    {
        if (isSynced)
        {
            PoolThreads.AtLeast(Callers);
        }

        _store = new RocksDbStore(_scratch["store"], isSynced);
    }

    public bool CompletesInline => true;

    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions) => _store.LoadAsync(sessions);

    public ValueTask<string> CreateAsync(string key, Payload data) => new(Change(key, rows => rows.Create(key, data.Utf8)));

    public ValueTask<object?> GetAsync(string id) => new(_store.DataOf(id));

    public ValueTask<bool> UpdateAsync(string id, Payload data) => new(ChangeOne(id, rows => rows.Update(id, data.Utf8)));

    public ValueTask<bool> DeleteAsync(string id) => new(ChangeOne(id, rows => rows.Delete(id)));

    public ValueTask<int> ClearAsync(string key) => new(Change(key, rows => rows.Clear(rows.IdsOf(key))));

    public ValueTask<string?> ReworkAsync(string id) => new(ChangeOne(id, rows => rows.Rework(id)));

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _scratch.Dispose();
        return default;
    }

    private T? ChangeOne<T>(string id, Func<IRows, T> make) => _store.Find(id) is { } row ? Change(SessionRow.KeyOf(row), make) : default;

    private T Change<T>(string key, Func<IRows, T> make)
    {
        using var rows = _store.Begin();
        lock (_locks[(uint)key.GetHashCode(StringComparison.Ordinal) % Stripes])
        {
            var answer = make(rows);
            rows.Commit();
            return answer;
        }
    }
}
