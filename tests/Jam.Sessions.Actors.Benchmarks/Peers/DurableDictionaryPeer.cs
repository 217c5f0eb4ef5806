using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>The dictionary, and every change goes to a journal after it; with a bare group commit, the limit of any durable store on this disk.</summary>
internal sealed class DurableDictionaryPeer : ISessionPeer
{
    private readonly DictionaryPeer _sessions;
    private readonly Scratch _scratch = new();
    private readonly IJournal _journal;

    /// <param name="capacity">How many sessions to have room for.</param>
    /// <param name="open">Makes the journal at a path where nothing is yet.</param>
    public DurableDictionaryPeer(int capacity, Func<string, IJournal> open)
    {
        _sessions = new DictionaryPeer(capacity);
        _journal = open(_scratch["journal"]);
    }

    public bool CompletesInline => true;

    public IReadOnlyDictionary<string, double> Counters => _journal.Counters;

    /// <summary>Into the dictionary alone: the journal is what is measured.</summary>
    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions) => _sessions.CreateEachAsync(sessions);

    public async ValueTask<string> CreateAsync(string key, Payload data)
    {
        var id = await _sessions.CreateAsync(key, data);
        await _journal.AppendAsync("create", id, key, data.Text);
        return id;
    }

    public ValueTask<object?> GetAsync(string id) => _sessions.GetAsync(id);

    public async ValueTask<bool> UpdateAsync(string id, Payload data)
    {
        var isFound = await _sessions.UpdateAsync(id, data);
        await _journal.AppendAsync("update", id, data: data.Text);
        return isFound;
    }

    public async ValueTask<bool> DeleteAsync(string id)
    {
        var isFound = await _sessions.DeleteAsync(id);
        await _journal.AppendAsync("delete", id);
        return isFound;
    }

    public async ValueTask<int> ClearAsync(string key)
    {
        var count = await _sessions.ClearAsync(key);
        await _journal.AppendAsync("clear", "", key);
        return count;
    }

    public async ValueTask<string?> ReworkAsync(string id)
    {
        var newId = await _sessions.ReworkAsync(id);
        await _journal.AppendAsync("rework", id, data: newId);
        return newId;
    }

    public ValueTask DisposeAsync()
    {
        _journal.Dispose();
        _scratch.Dispose();
        return default;
    }
}
