using Jam.Sessions.Actors.Benchmarks.Workload;

namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>A store of bytes: a row for each session, and an index from key to ids, which change together or not at all.</summary>
internal interface IRowStore : IDisposable
{
    /// <summary>The session's row as it was committed, on any thread; null where there is none.</summary>
    byte[]? Find(string id);

    /// <summary>Begins a change.</summary>
    IRows Begin();
}

/// <summary>A change of rows, which sees what it did itself. Undone, unless it is committed before its end.</summary>
internal interface IRows : IDisposable
{
    byte[]? Find(string id);

    IReadOnlyList<string> IdsOf(string key);

    void Put(string id, byte[] row);

    void Remove(string id);

    void Link(string key, string id);

    void Unlink(string key, string id);

    /// <summary>Comes back when the change is as durable as the store makes it.</summary>
    void Commit();
}

/// <summary>What the operations do to rows.</summary>
internal static class SessionRows
{
    private const int LoadSize = 50_000;

    /// <summary>The bulk load: a commit for many sessions.</summary>
    public static Task<IReadOnlyList<string>> LoadAsync(this IRowStore store, IEnumerable<NewSession> sessions)
    {
        var ids = new List<string>();
        foreach (var chunk in sessions.Chunk(LoadSize))
        {
            using var rows = store.Begin();
            ids.AddRange(chunk.Select(session => rows.Create(session.Key, session.Data.Utf8)));
            rows.Commit();
        }

        return Task.FromResult<IReadOnlyList<string>>(ids);
    }

    public static byte[]? DataOf(this IRowStore store, string id) => store.Find(id) is { } row ? SessionRow.DataOf(row) : null;

    public static string Create(this IRows rows, string key, byte[] utf8) => rows.Add(key, SessionRow.Of(key, utf8));

    public static bool Update(this IRows rows, string id, byte[] utf8)
    {
        if (rows.Find(id) is not { } row)
        {
            return false;
        }

        rows.Put(id, SessionRow.With(row, utf8));
        return true;
    }

    public static bool Delete(this IRows rows, string id) => rows.Take(id) is not null;

    /// <param name="rows">The change.</param>
    /// <param name="ids">Those of one key.</param>
    public static int Clear(this IRows rows, IReadOnlyList<string> ids) => ids.Count(id => rows.Take(id) is not null);

    public static string? Rework(this IRows rows, string id) => rows.Take(id) is { } row ? rows.Add(SessionRow.KeyOf(row), row) : null;

    private static string Add(this IRows rows, string key, byte[] row)
    {
        var id = Ids.New();
        rows.Put(id, row);
        rows.Link(key, id);
        return id;
    }

    private static byte[]? Take(this IRows rows, string id)
    {
        if (rows.Find(id) is not { } row)
        {
            return null;
        }

        rows.Remove(id);
        rows.Unlink(SessionRow.KeyOf(row), id);
        return row;
    }
}
