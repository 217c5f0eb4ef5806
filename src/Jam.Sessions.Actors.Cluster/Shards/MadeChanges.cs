using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>The changes of a key that were made lately, by the requests that asked for them: a copy of one is answered, and not made again.</summary>
/// <remarks>
/// Copies of a request may come in any order, for a shard that moves keeps some of them back. So a late one may come after the asker has had its answer from a later
/// one. The rows know those that changed something; the owner's memory also those that it refused, or that found nothing to do, when they came again.
/// </remarks>
internal sealed class MadeChanges
{
    /// <summary>How many an owner remembers at most.</summary>
    public const int Most = 4096;

    // Twice as long as a call may take.
    private static readonly long s_remembered = TimeSpan.FromSeconds(20).Ticks;

    private readonly Dictionary<Guid, LinkedListNode<Made>> _made = [];
    private readonly LinkedList<Made> _newestFirst = new();

    // Of what was first sent by then, in UTC ticks, some may be missing.
    private long _forgottenBefore;

    /// <summary>Takes over what the rows know.</summary>
    public void Add(byte[] column)
    {
        var requests = DoneRequests.Read(column).ToList();
        if (requests.Count == DoneRequests.Most)
        {
            _forgottenBefore = Math.Max(_forgottenBefore, requests.Min(request => request.At));
        }

        for (var i = requests.Count - 1; i >= 0; i--)
        {
            Add(new Made(requests[i], Attempt: int.MaxValue));
        }
    }

    /// <summary>Takes over a batch that was committed, or had nothing to commit.</summary>
    /// <param name="batch">In its order.</param>
    /// <param name="isCommitted">Whether something was changed.</param>
    /// <param name="now">UTC ticks.</param>
    public void Add(List<OwnerRequest> batch, bool isCommitted, long now)
    {
        foreach (var request in batch)
        {
            // Where nothing was changed a first copy need not be kept: others come only where its asker did not hear the answer.
            if (!request.IsQuery && request.Answer is not (Detour or SessionOutcomeUnknownException) && (request.MayBeDone || (isCommitted && request.Answer is not Exception)))
            {
                Add(new Made(Of(request), request.Message.Attempt));
            }
        }

        while (_newestFirst.Last is { Value.Request: var oldest } && (_newestFirst.Count > Most || now - oldest.At > s_remembered))
        {
            // What is older than that is not known anyway.
            _forgottenBefore = now - oldest.At > s_remembered ? _forgottenBefore : Math.Max(_forgottenBefore, oldest.At);
            _newestFirst.RemoveLast();
            _made.Remove(oldest.Id);
        }
    }

    /// <summary>What the rows are to know: these changes, and the latest before them.</summary>
    /// <param name="batch">In its order, about to be committed.</param>
    /// <param name="now">UTC ticks.</param>
    public byte[] With(IEnumerable<OwnerRequest> batch, long now) => DoneRequests.Write(
        batch.Where(request => !request.IsQuery && request.Answer is not (Exception or Detour)).Select(Of).Reverse()
            .Concat(_newestFirst.Select(made => made.Request).Where(request => request.Reply is not Exception && now - request.At <= s_remembered))
            .DistinctBy(request => request.Id));

    /// <summary>The answer to a request that was made: as it was; an exception where nobody knows; null where it was not made.</summary>
    /// <param name="message">The request.</param>
    /// <param name="mayBeDone">Whether a copy of it came before.</param>
    /// <param name="now">UTC ticks.</param>
    public object? AnswerTo(ToOwner message, bool mayBeDone, long now)
    {
        if (_made.TryGetValue(message.Request, out var found))
        {
            var made = found.Value;

            // A refusal has changed nothing, so a later copy is decided anew. The asker of an earlier one has gone on.
            return made.Request.Reply is not Exception ? made.Request.Reply : message.Attempt > made.Attempt ? null : DatabaseException.OutcomeUnknown();
        }

        return mayBeDone && (message.Since <= _forgottenBefore || now - message.Since > s_remembered) ? DatabaseException.OutcomeUnknown() : null;
    }

    /// <summary>Whether copies of some may still come.</summary>
    /// <param name="now">UTC ticks.</param>
    public bool AreRecent(long now) => _newestFirst.Any(made => now - made.Request.At <= s_remembered);

    private void Add(Made made)
    {
        if (!_made.TryGetValue(made.Request.Id, out var known))
        {
            _made.Add(made.Request.Id, _newestFirst.AddFirst(made));
        }
        else if (known.Value.Request.Reply is Exception)
        {
            known.Value = made;
        }
    }

    private static DoneRequest Of(OwnerRequest request) =>
        new(request.Message.Request, request.Message.Since, request.Answer is string id && id == request.Message.DrawnId ? DoneRequests.OwnId : request.Answer!);

    /// <param name="Request">The request and its answer; an exception stands for a refusal.</param>
    /// <param name="Attempt">The copy that was answered.</param>
    private readonly record struct Made(DoneRequest Request, int Attempt);
}
