using System.Buffers;
using System.Runtime.InteropServices;
using Akka.Actor;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Engine;

/// <summary>Commits that go into the journal together: all of them are waited for, or none, since those were acknowledged already.</summary>
internal sealed class CommitBatch
{
    // Twice of what makes a batch: as large as one grows that is filled during a slow sync, and no larger.
    private const int MaxKeptBytes = 2 * CommitQueue.BatchBytes;

    private readonly ArrayBufferWriter<byte> _entries = new();
    private readonly List<DocumentChange> _changes = [];
    private List<IActorRef> _waiting = [];

    /// <summary>The journal entries, with commas between them.</summary>
    public ReadOnlySpan<byte> Entries => _entries.WrittenSpan;

    /// <summary>The same as documents.</summary>
    public ReadOnlySpan<DocumentChange> Changes => CollectionsMarshal.AsSpan(_changes);

    public int Length => _entries.WrittenCount;

    public bool IsEmpty => Length == 0;

    /// <summary>Whether somebody waits to hear of it.</summary>
    public bool IsAwaited => _waiting.Count > 0;

    public void Add(ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, IActorRef? waiting)
    {
        if (!IsEmpty)
        {
            _entries.Write(", "u8);
        }

        _entries.Write(entry);
        _changes.AddRange(changes);

        if (waiting is not null)
        {
            _waiting.Add(waiting);
        }
    }

    /// <summary>Tells those who wait, on a thread of the pool: the writer has the next batch to write, and what is told runs on the teller's thread.</summary>
    public void Tell(object outcome)
    {
        ThreadPool.UnsafeQueueUserWorkItem(new News(_waiting, outcome), preferLocal: false);
        _waiting = [];
    }

    /// <summary>Makes it empty, for others to come; false where it has grown too large for that.</summary>
    public bool TryReuse()
    {
        _entries.ResetWrittenCount();
        _changes.Clear();
        _waiting.Clear();
        return _entries.Capacity <= MaxKeptBytes;
    }

    /// <summary>Tells one after the other. Whoever is told runs at once, and the host's id factory may keep it: then another thread goes on.</summary>
    private sealed class News(List<IActorRef> waiting, object outcome) : IThreadPoolWorkItem
    {
        private int _told;

        public void Execute()
        {
            var at = Interlocked.Increment(ref _told) - 1;
            if (at < waiting.Count - 1)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            for (; at < waiting.Count; at = Interlocked.Increment(ref _told) - 1)
            {
                waiting[at].Tell(outcome, ActorRefs.NoSender);
            }
        }
    }
}
