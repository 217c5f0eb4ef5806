namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What the data fields of a file turned out to be, and of how many sessions it did not say when they end.</summary>
internal sealed class DataCounts
{
    public int Plain { get; private set; }

    public int Tokens { get; private set; }

    public int UnreadableTokens { get; private set; }

    /// <summary>Sessions that are to have an end, and of whose lives the file says nothing: they begin to live now.</summary>
    public int BegunLifetimes { get; private set; }

    public void AddBegunLifetime() => BegunLifetimes++;

    public void Add(DataCounts others)
    {
        BegunLifetimes += others.BegunLifetimes;
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
