using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>A session in its slot.</summary>
internal readonly struct SessionSlot(Document? document)
{
    public readonly Document? Document = document;
}

/// <summary>Sessions by their ids.</summary>
internal readonly struct SessionSlotKey : ISlotKey<SessionSlot>
{
    private static readonly Document s_removed = new("", "", SessionData.Empty, 0, Document.NoDocumentId, raw: null);

    public static SessionSlot Removed => new(s_removed);

    public static bool IsEmpty(SessionSlot entry) => entry.Document is null;

    public static bool IsPresent(SessionSlot entry) => entry.Document is not null && !ReferenceEquals(entry.Document, s_removed);

    public static bool AreSame(SessionSlot entry, SessionSlot other) => ReferenceEquals(entry.Document, other.Document);

    public int HashOf(string name) => SessionIds.HashOf(name);

    public int HashOf(SessionSlot entry) => entry.Document!.IdHash;

    public bool Is(SessionSlot entry, string name, int hash) => entry.Document!.IdHash == hash && entry.Document.Id == name;
}
