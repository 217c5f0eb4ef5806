using Jam.Sessions.Actors.JsonFile;

namespace Jam.Sessions.Actors.Tests.Support;

internal static class StoreCommits
{
    public static void WriteAndComplete(this SessionStore store, SnapshotInProgress snapshot)
    {
        snapshot.Write();
        store.Complete(snapshot);
    }

    /// <summary>Makes one batch of changes durable, or, when the disk refuses, gives it up.</summary>
    public static void Commit(this SessionStore store, IEnumerable<byte[]> entries)
    {
        foreach (var entry in entries)
        {
            store.Add(entry);
        }

        try
        {
            store.Commit();
        }
        catch (SessionStoreException)
        {
            store.Discard();
            throw;
        }
    }
}
