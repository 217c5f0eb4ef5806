namespace Jam.Sessions.Actors.Benchmarks.Peers;

/// <summary>The peers by name.</summary>
internal static class Catalog
{
    private static readonly Dictionary<string, Func<int, ISessionPeer>> Others = new()
    {
        ["cdict"] = preload => new DictionaryPeer(preload),
        ["cdict-durable"] = preload => new DurableDictionaryPeer(preload, path => new GroupCommit(path)),
        ["cdict-fasterlog"] = preload => new DurableDictionaryPeer(preload, path => new FasterJournal(path, isDurable: true)),
        ["cdict-fasterlog-relaxed"] = preload => new DurableDictionaryPeer(preload, path => new FasterJournal(path, isDurable: false)),
        ["mdc"] = preload => new MemoryCachePeer(preload),
        ["akka-echo"] = _ => AkkaPeer.Echo(),
        ["akka-direct"] = _ => AkkaPeer.Direct(),
        ["akka-naive"] = _ => AkkaPeer.Naive(),
        ["orleans"] = _ => new OrleansPeer(),
        ["redis"] = _ => new RedisPeer("--appendonly no"),
        ["redis-always"] = _ => new RedisPeer("--appendonly yes --appendfsync always"),
        ["sqlite-full"] = _ => new SqlitePeer(),
        ["litedb"] = _ => new LiteDbPeer(),
        ["rocksdb"] = _ => new RocksDbPeer(isSynced: true),
        ["rocksdb-batch"] = _ => new BatchedPeer(path => new RocksDbStore(path, isSynced: true)),
        ["rocksdb-relaxed"] = _ => new RocksDbPeer(isSynced: false),
        ["lmdb"] = _ => new BatchedPeer(path => new LmdbStore(path)),
    };

    /// <summary>The engine's also with any of <c>-relaxed</c>, <c>-encrypted</c> and <c>-ask</c> behind it, and then each with <c>-text</c>.</summary>
    public static IEnumerable<string> Names => Others.Keys.Prepend(EnginePeer.Name);

    public static bool Has(string name) => IsText(name, out var inner)
        ? Has(inner)
        : Others.ContainsKey(name) || name.StartsWith(EnginePeer.Name, StringComparison.Ordinal);

    /// <exception cref="PeerMissingException">It needs what this machine does not have.</exception>
    public static ISessionPeer Create(string name, int preload) => IsText(name, out var inner)
        ? new TextPeer(Create(inner, preload))
        : Others.TryGetValue(name, out var create) ? create(preload) : EnginePeer.Named(name);

    private static bool IsText(string name, out string inner)
    {
        var isText = name.EndsWith(TextPeer.Suffix, StringComparison.Ordinal);
        inner = isText ? name[..^TextPeer.Suffix.Length] : name;
        return isText;
    }
}
