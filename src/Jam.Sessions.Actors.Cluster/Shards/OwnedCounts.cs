namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>How much the owners of this node hold, for whoever looks at it from outside.</summary>
internal sealed class OwnedCounts
{
    private long _owners;
    private long _keys;
    private long _sessions;

    public long Owners => Volatile.Read(ref _owners);

    /// <summary>Keys that have a session.</summary>
    public long Keys => Volatile.Read(ref _keys);

    public long Sessions => Volatile.Read(ref _sessions);

    public void OwnerBegan() => Interlocked.Increment(ref _owners);

    public void OwnerEnded() => Interlocked.Decrement(ref _owners);

    /// <summary>An owner holds another number of sessions than before.</summary>
    public void Moved(int before, int now)
    {
        if (before != now)
        {
            Interlocked.Add(ref _sessions, now - before);
            Interlocked.Add(ref _keys, Math.Sign(now) - Math.Sign(before));
        }
    }
}
