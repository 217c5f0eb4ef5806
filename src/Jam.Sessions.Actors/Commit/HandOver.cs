using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>A block of memory into which key actors copy their commits, side by side: a place is reserved under the lane's lock, and filled outside of it.</summary>
/// <param name="bytes">Room for entries.</param>
/// <param name="changes">Room for changes.</param>
/// <param name="commits">Room for commits.</param>
internal sealed class HandOver(int bytes, int changes, int commits)
{
    private const int Bytes = 32 << 10;
    private const int Commits = 128;

    private readonly byte[] _entries = GC.AllocateUninitializedArray<byte>(bytes);
    private readonly DocumentChange[] _changes = new DocumentChange[changes];
    private readonly Commit[] _commits = new Commit[commits];
    private int _filled;

    /// <summary>The block after this one; the lane's lock guards it, as it does all that is reserved.</summary>
    public HandOver? Next { get; set; }

    public int Count { get; private set; }

    /// <summary>The bytes of all entries.</summary>
    public int Length => Count == 0 ? 0 : _commits[Count - 1].EntryEnd;

    /// <summary>Whether it is as large as most, so that it is worth keeping.</summary>
    public bool IsOrdinary => _entries.Length == Bytes && _changes.Length == Commits;

    /// <summary>A block that takes at least this one commit.</summary>
    public static HandOver For(int bytes, int changes) => new(Math.Max(bytes, Bytes), Math.Max(changes, Commits), Commits);

    /// <summary>Whether an ordinary block has room for it.</summary>
    public static bool IsOrdinaryFor(int bytes, int changes) => bytes <= Bytes && changes <= Commits;

    /// <summary>Reserves a place; less than 0 where there is no room.</summary>
    /// <param name="bytes">The length of the entry.</param>
    /// <param name="changes">How many changes.</param>
    /// <param name="ticket">Tells its turn among the commits of all lanes.</param>
    /// <param name="waiter">Hears the outcome.</param>
    /// <param name="notice">Hears that it is durable.</param>
    public int TryReserve(int bytes, int changes, long ticket, ICommitWaiter? waiter, ICommitNotice? notice = null)
    {
        var before = Count == 0 ? default : _commits[Count - 1];
        if (Count == _commits.Length || before.EntryEnd + bytes > _entries.Length || before.ChangesEnd + changes > _changes.Length)
        {
            return -1;
        }

        _commits[Count] = new Commit(ticket, before.EntryEnd + bytes, before.ChangesEnd + changes, waiter, notice);
        return Count++;
    }

    /// <summary>Copies a commit into its place. Any number of threads do so at once, each for its own.</summary>
    public void Fill(int place, ReadOnlySpan<byte> entry, ReadOnlySpan<DocumentChange> changes)
    {
        entry.CopyTo(EntryOf(place));
        changes.CopyTo(ChangesOf(place));
        Interlocked.Increment(ref _filled);
    }

    /// <summary>Whether every place that was reserved is filled. Nothing more may be reserved by then.</summary>
    public bool IsFilled => Volatile.Read(ref _filled) == Count;

    public long TicketOf(int place) => _commits[place].Ticket;

    public ICommitWaiter? WaiterOf(int place) => _commits[place].Waiter;

    public ICommitNotice? NoticeOf(int place) => _commits[place].Notice;

    public Span<byte> EntryOf(int place)
    {
        var start = place == 0 ? 0 : _commits[place - 1].EntryEnd;
        return _entries.AsSpan(start.._commits[place].EntryEnd);
    }

    public Span<DocumentChange> ChangesOf(int place)
    {
        var start = place == 0 ? 0 : _commits[place - 1].ChangesEnd;
        return _changes.AsSpan(start.._commits[place].ChangesEnd);
    }

    /// <summary>Makes it empty: nothing that was in it is held any longer.</summary>
    public void Clear()
    {
        if (Count > 0)
        {
            _changes.AsSpan(.._commits[Count - 1].ChangesEnd).Clear();
            _commits.AsSpan(..Count).Clear();
        }

        (Count, _filled, Next) = (0, 0, null);
    }

    private readonly record struct Commit(long Ticket, int EntryEnd, int ChangesEnd, ICommitWaiter? Waiter, ICommitNotice? Notice);
}
