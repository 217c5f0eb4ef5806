using Jam.Sessions.Actors.Cluster.Rows;
using Jam.Sessions.Actors.Cluster.Wire;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>The changes of a key that were made lately, by the requests that asked for them: one that comes again is answered, and not made again.</summary>
/// <param name="newestFirst">The changes.</param>
/// <param name="forgottenBefore">Of what was first sent by then, in UTC ticks, some may be missing.</param>
internal sealed class MadeChanges(List<DoneRequest> newestFirst, long forgottenBefore)
{
    // Twice as long as a call may take.
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(20);

    public static MadeChanges None { get; } = new([], forgottenBefore: 0);

    /// <summary>As the rows have them.</summary>
    public static MadeChanges Of(byte[] column)
    {
        var requests = DoneRequests.Read(column).ToList();
        return new MadeChanges(requests, requests.Count < DoneRequests.Most ? 0 : requests.Min(request => request.At));
    }

    /// <summary>These, and those that a batch makes.</summary>
    /// <param name="batch">In its order.</param>
    /// <param name="now">UTC ticks.</param>
    public MadeChanges With(IEnumerable<OwnerRequest> batch, long now) => new(
        [
            .. batch.Where(request => !request.IsQuery && request.Answer is not (Exception or Detour)).Select(Of).Reverse()
                .Concat(newestFirst.Where(request => now - request.At <= s_remembered.Ticks))
                .DistinctBy(request => request.Id)
                .Take(DoneRequests.Most),
        ],
        forgottenBefore);

    public byte[] Write() => DoneRequests.Write(newestFirst);

    /// <summary>The answer to a request that may have been made: as it was; an exception where nobody knows; null where it was not made.</summary>
    /// <param name="message">The request.</param>
    /// <param name="now">UTC ticks.</param>
    public object? AnswerTo(ToOwner message, long now)
    {
        foreach (var made in newestFirst)
        {
            if (made.Id == message.Request)
            {
                return made.Reply;
            }
        }

        return message.Since <= forgottenBefore || now - message.Since > s_remembered.Ticks ? DatabaseException.OutcomeUnknown() : null;
    }

    private static DoneRequest Of(OwnerRequest request) =>
        new(request.Message.Request, request.Message.Since, request.Answer is string id && id == request.Message.DrawnId ? DoneRequests.OwnId : request.Answer!);
}
