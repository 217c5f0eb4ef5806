using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Cluster.Rows;

/// <summary>A key's rows, to be owned from now on: whoever owned them before can change them no more.</summary>
/// <param name="Route">Of the key.</param>
/// <param name="Done">Hears of the end, once, on any thread.</param>
internal sealed record ClaimWork(byte[] Route, Action<Claimed?, DatabaseException?> Done)
{
    public override string ToString() => nameof(ClaimWork);
}

/// <summary>What an owner owns.</summary>
/// <param name="Version">Of its rows.</param>
/// <param name="Epoch">Of the database, from before it was asked.</param>
/// <param name="Sessions">The key's sessions.</param>
/// <param name="Requests">The changes that were made lately, see <see cref="DoneRequests"/>.</param>
internal sealed record Claimed(long Version, long Epoch, List<Document> Sessions, byte[] Requests)
{
    public override string ToString() => nameof(Claimed);
}

/// <summary>What changes in the rows of one key: all of it, or nothing.</summary>
/// <param name="Route">Of the key.</param>
/// <param name="Version">Of its rows as the owner knows them: where they have another one, nothing changes.</param>
/// <param name="Requests">The changes that were made lately, these among them.</param>
/// <param name="Changes">Each session once.</param>
/// <param name="Ends">What is to be told to other nodes.</param>
/// <param name="Done">Hears of the end, once, on any thread: the rows' new version, null where they had another one; or the fault.</param>
internal sealed record CommitWork(
    byte[] Route, long Version, byte[] Requests, DocumentChange[] Changes, DocumentChange[] Ends, Action<long?, DatabaseException?> Done)
{
    public override string ToString() => nameof(CommitWork);
}

/// <summary>That a session was used; nobody waits for it.</summary>
/// <param name="Session">The session.</param>
/// <param name="Until">Unix seconds.</param>
/// <param name="Failed">Hears that it could not be written.</param>
internal sealed record TouchWork(Document Session, uint Until, Action Failed)
{
    public override string ToString() => nameof(TouchWork);
}
