namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What the data fields of a file turned out to be.</summary>
internal sealed class DataCounts
{
    public int Plain { get; private set; }

    public int Tokens { get; private set; }

    public int UnreadableTokens { get; private set; }

    public void Add(DataCounts others)
    {
        Plain += others.Plain;
        Tokens += others.Tokens;
        UnreadableTokens += others.UnreadableTokens;
    }

    public void Add(DataKind kind)
    {
        Plain += kind == DataKind.Plain ? 1 : 0;
        Tokens += kind == DataKind.Token ? 1 : 0;
        UnreadableTokens += kind == DataKind.UnreadableToken ? 1 : 0;
    }
}

internal enum DataKind
{
    Plain,
    Token,
    UnreadableToken,
}
