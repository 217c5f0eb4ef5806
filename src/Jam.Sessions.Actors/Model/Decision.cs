namespace Jam.Sessions.Actors.Model;

/// <summary>What a command makes of the sessions of an owner.</summary>
/// <param name="After">The sessions from now on.</param>
/// <param name="Changes">What the command changes: a document at most once. Not to be written to.</param>
/// <param name="Reply">The answer; an exception where the command is refused.</param>
internal readonly record struct Decision(KeySessions After, DocumentChange[] Changes, object Reply)
{
    /// <summary>Without the reply, which may be an id.</summary>
    public override string ToString() => $"Decision {{ Changes = {Changes.Length} }}";
}

/// <summary>Where a decision gets what it cannot decide: ids and the time.</summary>
internal interface IIdentities
{
    /// <summary>An id that no session has and no other decision will get.</summary>
    /// <exception cref="SessionIdFactoryException">The id factory failed or repeats itself.</exception>
    string NewSessionId();

    long NewDocumentId();

    /// <summary>Unix seconds.</summary>
    double Now();
}
