using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>A session in its slot.</summary>
internal readonly struct SessionSlot(Document? document)
{
    private static readonly Document s_removed = new("", "", SessionData.Empty, 0, Document.NoDocumentId, raw: null, before: new Predecessor("", until: 0, successor: null));

    /// <summary>Stands where a session was.</summary>
    public static readonly SessionSlot Removed = new(s_removed);

    public readonly Document? Document = document;

    public bool IsPresent => Document is not null && !ReferenceEquals(Document, s_removed);
}

/// <summary>Sessions by their ids.</summary>
internal readonly struct SessionSlotKey : ISlotKey<SessionSlot>
{
    public static SessionSlot Removed => SessionSlot.Removed;

    public static bool IsEmpty(SessionSlot entry) => entry.Document is null;

    public static bool IsPresent(SessionSlot entry) => entry.IsPresent;

    public static bool AreSame(SessionSlot entry, SessionSlot other) => ReferenceEquals(entry.Document, other.Document);

    public int HashOf(ReadOnlySpan<char> name) => SessionIds.HashOf(name);

    public int HashOf(SessionSlot entry) => entry.Document!.IdHash;

    public bool Is(SessionSlot entry, ReadOnlySpan<char> name, int hash) => entry.Document!.IdHash == hash && name.SequenceEqual(entry.Document.Id);
}
