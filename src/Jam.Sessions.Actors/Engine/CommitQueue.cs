using System.Collections.Concurrent;
using Akka.Actor;
using Jam.Sessions.Actors.Hosting;

namespace Jam.Sessions.Actors.Engine;

/// <summary>From the key actors to the persistence actor, which is told once that something waits, however much that is.</summary>
internal sealed class CommitQueue(Durability durability)
{
    /// <summary>So much is written as one batch.</summary>
    public const int BatchBytes = 8 << 20;

    // Acknowledged, but not written: from here on even relaxed callers wait for the disk.
    private const int MaxUnwrittenBytes = 8 * BatchBytes;

    // So much may lie about as objects; then the persistence actor collects it into its batch.
    private const int CollectBytes = 64 << 10;

    private const int Nothing = 0;
    private const int ThatSomethingWaits = 1;
    private const int ToCollect = 2;
    private const int ToWriteNow = 3;

    private readonly ConcurrentQueue<Commit> _commits = new();
    private long _bytes;
    private int _told;
    private bool _isHeldUp;

    /// <summary>Set while the disk refuses what was acknowledged already: until that is written, nothing more is acknowledged before it is.</summary>
    public bool IsHeldUp
    {
        get => Volatile.Read(ref _isHeldUp);
        set => Volatile.Write(ref _isHeldUp, value);
    }

    /// <summary>Whether a commit may be acknowledged only once it is on the disk.</summary>
    public bool MustWait => durability == Durability.Durable || IsHeldUp || Interlocked.Read(ref _bytes) > MaxUnwrittenBytes;

    /// <summary>Adds a commit, and tells the persistence actor where it does not know yet.</summary>
    public void Add(Commit commit, IActorRef persistence)
    {
        _commits.Enqueue(commit);
        var bytes = Interlocked.Add(ref _bytes, commit.Entry.Length);
        var news = commit.Waiting is not null ? ToWriteNow : bytes > CollectBytes ? ToCollect : ThatSomethingWaits;
        var told = Nothing;
        while (told < news)
        {
            var seen = Interlocked.CompareExchange(ref _told, news, told);
            if (seen == told)
            {
                persistence.Tell(news == ToWriteNow ? WriteBatch.Instance : CollectBatch.Instance, ActorRefs.NoSender);
                return;
            }

            told = seen;
        }
    }

    /// <summary>Takes out all that there is: commits that were acknowledged, and those that somebody waits for. Only the persistence actor calls this.</summary>
    public void TakeAll(Queue<Commit> acknowledged, Queue<Commit> waiting)
    {
        Interlocked.Exchange(ref _told, Nothing);
        while (_commits.TryDequeue(out var commit))
        {
            Interlocked.Add(ref _bytes, -commit.Entry.Length);
            (commit.Waiting is null ? acknowledged : waiting).Enqueue(commit);
        }
    }
}
