namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a document said of itself, while it is read.</summary>
internal sealed class DocumentFields
{
    public string Id = "";
    public string Key = "";
    public SessionData Data = SessionData.Unreadable;
    public double CreatedAt = double.NaN;
    public bool IsExact = true;
    public int InOrder;

    /// <summary>True where the four fields, in jam's order and nothing else, say it all.</summary>
    public bool IsPlain => IsExact && InOrder == 4;
}
