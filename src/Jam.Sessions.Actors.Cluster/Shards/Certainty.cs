using System.Diagnostics;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>Whether this node is for sure part of the cluster, so that the keys that it owns are owned by nobody else.</summary>
/// <remarks>
/// It is sure for a while after a majority of the members has echoed it. Others take its keys over only after they have seen it unreachable, decided that it is
/// down, and waited for it to see that too: that takes longer. Two clocks are asked: one of them goes on while a machine is asleep.
/// </remarks>
internal sealed class Certainty(TimeSpan window, TimeProvider clock)
{
    private long _until = long.MinValue;
    private long _wallUntil = long.MinValue;
    private long _offset;

    public bool IsSure => Stopwatch.GetTimestamp() < Volatile.Read(ref _until) && clock.GetUtcNow().UtcTicks < Volatile.Read(ref _wallUntil);

    /// <summary>How far the wall clock is from that of the members, at the median; about.</summary>
    public TimeSpan ClockOffset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _offset));
        set => Volatile.Write(ref _offset, value.Ticks);
    }

    /// <summary>A majority has echoed pings that were sent at these times or later.</summary>
    /// <param name="sent">By <see cref="Stopwatch"/>.</param>
    /// <param name="wallSent">UTC ticks.</param>
    public void Confirm(long sent, long wallSent)
    {
        Volatile.Write(ref _until, sent + (long)(window.TotalSeconds * Stopwatch.Frequency));
        Volatile.Write(ref _wallUntil, wallSent + window.Ticks);
    }
}
