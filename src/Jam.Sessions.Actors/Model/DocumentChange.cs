namespace Jam.Sessions.Actors.Model;

/// <summary>A document before and after a change, null where there is none, and what was done to it.</summary>
/// <param name="Before">As it was.</param>
/// <param name="After">As it is from now on.</param>
/// <param name="Intent">What the command stated; of a folded change, what all of them stated.</param>
internal readonly record struct DocumentChange(Document? Before, Document? After, Intent Intent = Intent.None)
{
    public long DocumentId => (Before ?? After)!.DocumentId;

    /// <summary>Whether this is the same change of the same session as the one before it: a jam file may have several documents of one.</summary>
    public bool Repeats(in DocumentChange before) =>
        before.DocumentId != DocumentId && before.Intent == Intent
        && before.Before is { } first && Before is { } second && first.Id == second.Id && first.Id.Length > 0;

    public static DocumentChange Created(Document session) => new(null, session, Intent.Created);

    public static DocumentChange Ended(Document session, Intent why) => new(session, null, why);

    /// <summary>Takes apart what is stored.</summary>
    public void Deconstruct(out Document? before, out Document? after) => (before, after) = (Before, After);
}

/// <summary>What a command does to a session. Flags, so that the folded change of a document has those of all commands.</summary>
[Flags]
internal enum Intent : ushort
{
    /// <summary>Not stated: the change was not decided, but made up or read.</summary>
    None = 0,

    Created = 1,
    Updated = 2,
    Reworked = 4,

    // The reasons for an end.
    Deleted = 8,
    Cleared = 16,
    Idle = 32,
    MaxLifetime = 64,
    Limit = 128,

    /// <summary>An id was used that a rework had ended. Alone it is no end: what is remembered of that id has served.</summary>
    Replayed = 256,
}

internal static class Intents
{
    private const Intent Ends = Intent.Deleted | Intent.Cleared | Intent.Idle | Intent.MaxLifetime | Intent.Limit | Intent.Replayed;

    public static Intent Of(SessionEndReason why) => why switch
    {
        SessionEndReason.Idle => Intent.Idle,
        SessionEndReason.MaxLifetime => Intent.MaxLifetime,
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, "not the end of a lifetime"),
    };

    /// <summary>Why a session that a change takes away is gone.</summary>
    public static SessionEndReason Why(this Intent intent) => (intent & Ends) switch
    {
        Intent.Deleted => SessionEndReason.Deleted,
        Intent.Cleared => SessionEndReason.Cleared,
        Intent.Idle => SessionEndReason.Idle,
        Intent.MaxLifetime => SessionEndReason.MaxLifetime,
        Intent.Limit => SessionEndReason.Limit,
        Intent.Replayed => SessionEndReason.Replayed,
        _ => (intent & Intent.Reworked) != 0 ? SessionEndReason.Reworked : SessionEndReason.Unknown,
    };
}
