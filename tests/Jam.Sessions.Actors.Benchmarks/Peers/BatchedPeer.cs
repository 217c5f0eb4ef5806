using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A store of rows with one thread that writes: what waits while it commits is its next commit. Reads are made on the caller's thread.</summary>
internal sealed class BatchedPeer : ISessionPeer
{
    private readonly Scratch _scratch = new();
    private readonly IRowStore _store;
    private readonly BatchWriter _writer;

    /// <param name="open">Makes the store in a folder that is not there yet.</param>
    public BatchedPeer(Func<string, IRowStore> open)
    {
        try
        {
            _store = open(_scratch["store"]);
        }
        catch
        {
            _scratch.Dispose();
            throw;
        }

        _writer = new BatchWriter(_store);
    }

    public bool CompletesInline => true;

    public IReadOnlyDictionary<string, double> Counters => new Figures { ["syncs"] = _writer.Commits, ["records"] = _writer.Changes };

    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions) => _store.LoadAsync(sessions);

    public ValueTask<string> CreateAsync(string key, Payload data) => new(_writer.ChangeAsync(rows => rows.Create(key, data.Utf8)));

    public ValueTask<object?> GetAsync(string id) => new(_store.DataOf(id));

    public ValueTask<bool> UpdateAsync(string id, Payload data) => new(_writer.ChangeAsync(rows => rows.Update(id, data.Utf8)));

    public ValueTask<bool> DeleteAsync(string id) => new(_writer.ChangeAsync(rows => rows.Delete(id)));

    public ValueTask<int> ClearAsync(string key) => new(_writer.ChangeAsync(rows => rows.Clear(rows.IdsOf(key))));

    public ValueTask<string?> ReworkAsync(string id) => new(_writer.ChangeAsync(rows => rows.Rework(id)));

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _store.Dispose();
        _scratch.Dispose();
        return default;
    }
}
