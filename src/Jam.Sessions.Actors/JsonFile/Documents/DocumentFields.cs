namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a document said of itself, while it is read.</summary>
internal sealed class DocumentFields
{
    public string Id = "";
    public string Key = "";
    public SessionData Data = SessionData.Unreadable;
    public double CreatedAt = double.NaN;
    public bool IsExact = true;

    /// <summary>The text that stands under <see cref="DocumentMember.Data"/>; null where that is no text.</summary>
    public byte[]? DataText;

    /// <summary>What stands under <see cref="DocumentMember.Extra"/>; null where that is nothing that the engine wrote.</summary>
    public StoredExtra? Extra;

    /// <summary>The members that were met, see <see cref="DocumentMembers.Follow"/>.</summary>
    public int Seen;

    /// <summary>Whether the members that the codec knows, in its order and no others, say it all.</summary>
    /// <param name="areIdsHashed">Whether a digest may stand in the place of the id.</param>
    public bool ArePlain(bool areIdsHashed) => IsExact && DocumentMembers.AreInOrder(Seen, areIdsHashed && Extra is { Digest: not null });
}
