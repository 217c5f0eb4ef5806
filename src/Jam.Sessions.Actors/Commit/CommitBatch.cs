using System.Buffers;
using System.Runtime.InteropServices;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>Commits that go into the journal together: all of them are waited for, or none, since those were acknowledged already.</summary>
internal sealed class CommitBatch
{
    // Twice of what makes a batch: as large as one grows that is filled during a slow sync, and no larger.
    private const int MaxKeptBytes = 2 * CommitQueue.BatchBytes;

    private readonly ArrayBufferWriter<byte> _entries = new();
    private readonly List<DocumentChange> _changes = [];
    private List<ICommitWaiter> _waiters = [];

    /// <summary>The encoded changes, with commas between them.</summary>
    public ReadOnlySpan<byte> Entries => _entries.WrittenSpan;

    /// <summary>The same as documents.</summary>
    public ReadOnlySpan<DocumentChange> Changes => CollectionsMarshal.AsSpan(_changes);

    public int Length => _entries.WrittenCount;

    public bool IsEmpty => Length == 0;

    /// <summary>Whether somebody waits to hear of it.</summary>
    public bool IsAwaited => _waiters.Count > 0;

    public void Add(ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null)
    {
        if (!IsEmpty)
        {
            _entries.Write(", "u8);
        }

        _entries.Write(entry);
        _changes.AddRange(changes);

        if (waiter is not null)
        {
            _waiters.Add(waiter);
        }

        if (notice is not null)
        {
            Notices.Add(notice);
        }
    }

    /// <summary>Who hears that it is durable, and is not waited for.</summary>
    public List<ICommitNotice> Notices { get; } = [];

    /// <summary>Takes out who waits.</summary>
    public List<ICommitWaiter> TakeWaiters()
    {
        (var waiters, _waiters) = (_waiters, []);
        return waiters;
    }

    /// <summary>Makes it empty, for others to come; false where it has grown too large for that.</summary>
    public bool TryReuse()
    {
        _entries.ResetWrittenCount();
        _changes.Clear();
        _waiters.Clear();
        Notices.Clear();
        return _entries.Capacity <= MaxKeptBytes;
    }
}
