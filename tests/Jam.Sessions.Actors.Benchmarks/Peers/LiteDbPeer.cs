using Jam.Sessions.Actors.Benchmarks.Workload;
using LiteDB;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>LiteDB: one collection with an index on the key, one journalled transaction a change.</summary>
internal sealed class LiteDbPeer : ISessionPeer
{
    private readonly Scratch _scratch = new();
    private readonly LiteDatabase _database;
    private readonly ILiteCollection<Document> _sessions;

    public LiteDbPeer()
    {
        _database = new LiteDatabase(_scratch["sessions.litedb"]);
        _sessions = _database.GetCollection<Document>("sessions");
        _sessions.EnsureIndex(session => session.Key);
    }

    public bool CompletesInline => true;

    public Task<IReadOnlyList<string>> PreloadAsync(IEnumerable<NewSession> sessions)
    {
        var documents = sessions.Select(session => new Document { Id = Ids.New(), Key = session.Key, Text = session.Data.Text }).ToList();
        _sessions.InsertBulk(documents);
        _database.Checkpoint();
        return Task.FromResult<IReadOnlyList<string>>([.. documents.Select(document => document.Id)]);
    }

    public ValueTask<string> CreateAsync(string key, Payload data) => new(Insert(key, data.Text));

    public ValueTask<object?> GetAsync(string id) => new(_sessions.FindById(id)?.Text);

    public ValueTask<bool> UpdateAsync(string id, Payload data)
    {
        if (_sessions.FindById(id) is not { } session)
        {
            return new(false);
        }

        session.Text = data.Text;
        return new(_sessions.Update(session));
    }

    public ValueTask<bool> DeleteAsync(string id) => new(_sessions.Delete(id));

    public ValueTask<int> ClearAsync(string key) => new(_sessions.DeleteMany(session => session.Key == key));

    public ValueTask<string?> ReworkAsync(string id) =>
        new(_sessions.FindById(id) is { } session && _sessions.Delete(id) ? Insert(session.Key, session.Text) : null);

    public ValueTask DisposeAsync()
    {
        _database.Dispose();
        _scratch.Dispose();
        return default;
    }

    private string Insert(string key, string text)
    {
        var id = Ids.New();
        _sessions.Insert(new Document { Id = id, Key = key, Text = text });
        return id;
    }

    /// <summary>LiteDB's mapper sees public types only.</summary>
    public sealed class Document
    {
        public string Id { get; set; } = "";

        public string Key { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
