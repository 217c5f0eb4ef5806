namespace Jam.Sessions.Actors.Index;

/// <summary>A session in its slot.</summary>
internal readonly struct SessionSlot(Session? session)
{
    public readonly Session? Session = session;
}

/// <summary>Sessions by their ids.</summary>
internal readonly struct SessionSlotKey : ISlotKey<SessionSlot>
{
    private static readonly Session s_removed = new("", "", SessionData.Empty, 0, Session.NoDocumentId, raw: null);

    public static SessionSlot Removed => new(s_removed);

    public static bool IsEmpty(SessionSlot entry) => entry.Session is null;

    public static bool IsPresent(SessionSlot entry) => entry.Session is not null && !ReferenceEquals(entry.Session, s_removed);

    public static bool AreSame(SessionSlot entry, SessionSlot other) => ReferenceEquals(entry.Session, other.Session);

    public int HashOf(string name) => SessionIds.HashOf(name);

    public int HashOf(SessionSlot entry) => entry.Session!.IdHash;

    public bool Is(SessionSlot entry, string name, int hash) => entry.Session!.IdHash == hash && entry.Session.Id == name;
}
