using System.Buffers;
using System.Runtime.InteropServices;
using Akka.Actor;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Engine;

/// <summary>Commits that go into the journal together: all of them are waited for, or none, since those were acknowledged already.</summary>
internal sealed class CommitBatch
{
    private const int MaxKeptBytes = 1 << 20;
    private const int ToldInARow = 32;

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

    /// <summary>Tells those who wait, on threads of the pool: the writer has the next batch to write, and what is told runs on the teller's thread.</summary>
    public void Tell(object outcome)
    {
        var waiting = _waiting;
        _waiting = [];
        for (var first = 0; first < waiting.Count; first += ToldInARow)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static news =>
                {
                    for (var i = news.First; i < Math.Min(news.First + ToldInARow, news.Waiting.Count); i++)
                    {
                        news.Waiting[i].Tell(news.Outcome, ActorRefs.NoSender);
                    }
                },
                (Waiting: waiting, First: first, Outcome: outcome),
                preferLocal: false);
        }
    }

    /// <summary>Makes it empty, for others to come; false where it has grown too large for that.</summary>
    public bool TryReuse()
    {
        _entries.ResetWrittenCount();
        _changes.Clear();
        _waiting.Clear();
        return _entries.Capacity <= MaxKeptBytes;
    }
}
