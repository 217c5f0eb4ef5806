using System.Collections.Concurrent;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>What the owners of this node show of their keys: so a read on the node that owns a key takes no message.</summary>
internal sealed class OwnerViews
{
    private readonly ConcurrentDictionary<string, Place> _places = new(StringComparer.Ordinal);

    /// <summary>An owner begins; it shows nothing yet.</summary>
    public Place Begin(string owner) => _places[owner] = new Place();

    public void End(string owner, Place place)
    {
        place.Current = null;
        _places.TryRemove(KeyValuePair.Create(owner, place));
    }

    /// <summary>The living session of an id, as its owner would answer; null where only the owner can tell, or is not here.</summary>
    public Session? TryRead(string owner, string id, bool isUse, NodeServices node) =>
        _places.TryGetValue(owner, out var place) && place.Current is { } view && view.TryRead(id, isUse, node) is { } session && ReferenceEquals(place.Current, view) ? session : null;

    /// <summary>Where an owner shows its key.</summary>
    internal sealed class Place
    {
        private volatile OwnerView? _current;

        /// <summary>Null while anything is on its way to the rows, or from them.</summary>
        public OwnerView? Current
        {
            get => _current;
            set => _current = value;
        }
    }
}

/// <summary>A key as its owner knows it while nothing is under way: it is what is committed, as long as the node is sure of itself.</summary>
/// <remarks>
/// The owner takes it back before it hands a change over. Whoever still reads it then has asked before the change was answered, and looks again whether it stands:
/// a use that was noted on a version that is gone by now is noted again by the owner.
/// </remarks>
/// <param name="Sessions">The key's sessions.</param>
/// <param name="Epoch">Of the database, when they were read.</param>
/// <param name="NextDeadline">When the first of them may have ended, in UTC ticks.</param>
internal sealed record OwnerView(KeySessions Sessions, long Epoch, long NextDeadline)
{
    /// <summary>The living session of an id; null where there is more to decide.</summary>
    public SeenSession? TryRead(string id, bool isUse, NodeServices node)
    {
        var (now, isLater) = (node.Clock.Now(), false);
        if (now >= NextDeadline || Epoch != node.Database.Epoch || Sessions.Find(node.Rules.Ids.Of(id)) is not { IsReadable: true } session)
        {
            return null;
        }

        if (!(isUse ? session.TrySee(now, out isLater) : session.IsAliveAt(now)))
        {
            return null;
        }

        if (isLater)
        {
            node.Writer.Touch(session);
        }

        // Looked at last: it was so all the time before.
        return node.IsSure ? new SeenSession(session, id) : null;
    }

    public override string ToString() => nameof(OwnerView);
}
