using System.Diagnostics;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Commit;

/// <summary>The seam between "decided" and "durable": key actors hand over what they decided, and hear when it is safe.</summary>
/// <remarks>
/// Any thread may use it. Changes of one call are one unit: all of them are durable, or none. What was handed over before another call began is
/// never durable later than that.
/// </remarks>
internal interface ICommitLog
{
    /// <summary>Whether changes of an owner may be published and acknowledged only once their waiter has heard that they are durable.</summary>
    /// <param name="ownerHash">Of the owner's name.</param>
    bool MustWait(int ownerHash);

    /// <summary>Hands over the folded changes of one owner's batch; false where the log is closed.</summary>
    /// <param name="ownerHash">Of the owner's name: owners need not wait for each other.</param>
    /// <param name="changes">Each document once. Not kept.</param>
    /// <param name="waiter">Hears the outcome; null where the changes count as acknowledged, and then a refusal is tried again.</param>
    /// <param name="notice">Hears that they are durable; null where nobody asks.</param>
    bool TryAppend(int ownerHash, ReadOnlySpan<DocumentChange> changes, ICommitWaiter? waiter, ICommitNotice? notice = null);

    /// <summary>Hands over that a session was seen, which nobody waits for; false where the log takes no such thing now.</summary>
    /// <param name="ownerHash">Of the owner's name.</param>
    /// <param name="session">The session.</param>
    /// <param name="until">Unix seconds.</param>
    bool TryTouch(int ownerHash, Document session, uint until);

    /// <summary>What lies on the disk.</summary>
    StoreFigures Figures => default;

    /// <summary>How long the oldest change has waited that was handed over and is not durable; about.</summary>
    TimeSpan Waiting => TimeSpan.Zero;

    /// <summary>Brings everything that was handed over to its final place.</summary>
    /// <param name="done">Hears of the end, once: null, or why it failed.</param>
    void Flush(Action<JamSessionsException?> done);

    /// <summary>Takes a copy of the sessions as they are, with everything that was acknowledged before this call.</summary>
    /// <param name="done">Hears, at least once: the copy, or why there is none.</param>
    void BeginCopy(Action<IStoreCopy?, JamSessionsException?> done) => done(null, new SessionStoreException("", "These sessions have no file, so there is nothing to copy."));

    /// <summary>Takes nothing more, flushes, and lets go of the file.</summary>
    /// <param name="done">Hears of the end, once: null, or what the file lacks and why.</param>
    void Close(Action<SessionStoreException?> done);
}

/// <summary>Hears what became of the changes that it handed over: exactly one of the two, once, on any thread.</summary>
internal interface ICommitWaiter
{
    void Committed();

    /// <summary>Nothing of it counts.</summary>
    void Refused(JamSessionsException reason);
}

/// <summary>Hears that changes are durable, once, in the order in which their owner handed them over; never, where they were refused. Must not throw, nor take its time.</summary>
internal interface ICommitNotice
{
    void Durable();

    /// <summary>The commands behind the changes whose spans are recorded.</summary>
    IReadOnlyList<ActivityContext> Commands => [];
}

/// <summary>What lies on the disk.</summary>
/// <param name="JournalBytes">Of the journal, what the file does not hold.</param>
/// <param name="FileBytes">Of the file.</param>
/// <param name="EncryptionKeysNeeded">Without how many keys some of it could not be read; null where that is not known.</param>
internal readonly record struct StoreFigures(long JournalBytes, long FileBytes, int? EncryptionKeysNeeded);
