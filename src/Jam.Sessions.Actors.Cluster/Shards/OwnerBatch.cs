using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Shards;

/// <summary>What an owner has decided, while it is on its way to the rows.</summary>
/// <param name="requests">Who is answered then.</param>
/// <param name="sessions">The key's sessions then.</param>
/// <param name="changes">What changes, as it was stated and folded.</param>
/// <param name="now">When it was decided, in UTC ticks.</param>
/// <param name="isSwept">Whether what had ended by itself was looked for.</param>
internal sealed class OwnerBatch(List<OwnerRequest> requests, OwnedSessions sessions, BatchChanges changes, long now, bool isSwept)
{
    public List<OwnerRequest> Requests => requests;

    public OwnedSessions Sessions => sessions;

    public BatchChanges Changes => changes;

    public long Now => now;

    public bool IsSwept => isSwept;
}

/// <summary>When the first of several sessions ends if nobody uses it, in UTC ticks; <see cref="LifetimeTerms.Never"/> where none does.</summary>
internal static class Deadlines
{
    public static long First(KeySessions sessions) => sessions.IsEmpty ? LifetimeTerms.Never : sessions.Min(Of);

    public static long First(in BatchChanges changes)
    {
        var first = LifetimeTerms.Never;
        foreach (var change in changes.Folded)
        {
            first = change.After is { } session ? Math.Min(first, Of(session)) : first;
        }

        return first;
    }

    private static long Of(Document session) => session.Terms?.Deadline(session.Seen, session.CreatedAtSeconds) ?? LifetimeTerms.Never;
}
