namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a document said of itself, while it is read.</summary>
internal sealed class DocumentFields
{
    public string Id = "";
    public string Key = "";
    public SessionData Data = SessionData.Unreadable;
    public double CreatedAt = double.NaN;
    public bool IsExact = true;

    /// <summary>What stands under <see cref="DocumentMember.Lifetime"/>; null where that is nothing that the engine wrote.</summary>
    public StoredLifetime? Lifetime;

    /// <summary>The members that were met, see <see cref="DocumentMembers.Follow"/>.</summary>
    public int Seen;

    /// <summary>True where the members that the codec knows, in its order and no others, say it all.</summary>
    public bool IsPlain => IsExact && DocumentMembers.AreInOrder(Seen);
}
