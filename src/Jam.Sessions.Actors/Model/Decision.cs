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

/// <summary>What a command needs and no decision can make: drawn on its way, before its key's turn, but for the time.</summary>
/// <param name="SessionId">An id that no session has and no other command will get; null where the command needs none.</param>
/// <param name="DocumentId">The number of a new document.</param>
/// <param name="Now">When it is decided, in UTC ticks.</param>
internal readonly record struct Drawn(string? SessionId, long DocumentId, long Now)
{
    /// <summary>The id, as it is kept, of the session that had the id that the command names, where that still works; else null.</summary>
    public string? Successor { get; init; }

    /// <summary>Without the ids.</summary>
    public override string ToString() => nameof(Drawn);
}
