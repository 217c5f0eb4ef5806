using System.Collections.Concurrent;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Which owner an id leads to. Those of a jam file do not say it: the first use of one asks the rows, and the answer is kept.</summary>
/// <remarks>By digests, and all forgotten where they are many, or where the rows may be others: after an import, and on another server.</remarks>
internal sealed class KnownRoutes(NodeServices node)
{
    private const int Most = 100_000;

    private Known _known = new(epoch: 0);

    /// <summary>The route; null where only the rows can tell.</summary>
    public byte[]? TryFind(string id) => node.Routes.OfId(id) ?? Current().Find(node.Rules.Ids.Of(id));

    /// <summary>The route; null where no session has the id.</summary>
    public async ValueTask<byte[]?> FindAsync(string id)
    {
        if (TryFind(id) is { } known)
        {
            return known;
        }

        var current = Current();
        var route = await node.Reader.RouteOfAsync(id).ConfigureAwait(false);
        if (route is not null)
        {
            current.Keep(node.Rules.Ids.Of(id), route);
        }

        return route;
    }

    private Known Current()
    {
        var known = Volatile.Read(ref _known);
        if (known.Epoch == node.Database.Epoch && known.Count < Most)
        {
            return known;
        }

        Interlocked.CompareExchange(ref _known, new Known(node.Database.Epoch), known);
        return Volatile.Read(ref _known);
    }

    private sealed class Known(long epoch)
    {
        private readonly ConcurrentDictionary<string, byte[]> _routes = new(StringComparer.Ordinal);
        private int _count;

        public long Epoch => epoch;

        public int Count => Volatile.Read(ref _count);

        public byte[]? Find(string digest) => _routes.GetValueOrDefault(digest);

        public void Keep(string digest, byte[] route)
        {
            if (_routes.TryAdd(digest, route))
            {
                Interlocked.Increment(ref _count);
            }
        }
    }
}
