namespace Jam.Sessions.Actors.Table;

/// <summary>Sessions by their ids.</summary>
internal readonly struct SessionNames : INames<Session>
{
    public static Session Removed { get; } = new("", "", SessionData.Empty, 0, Session.NoDocumentId, raw: null);

    public int HashOf(string name) => SessionIds.HashOf(name);

    public int HashOf(Session entry) => entry.IdHash;

    public bool Is(Session entry, string name, int hash) => entry.IdHash == hash && entry.Id == name;
}
