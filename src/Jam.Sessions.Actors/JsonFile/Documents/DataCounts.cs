namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What the ids and the data of a file turned out to be, and of how many sessions it did not say when they end.</summary>
internal sealed class DataCounts
{
    private readonly SortedDictionary<int, int> _byKey = [];

    /// <summary>Data that is no token.</summary>
    public int Plain { get; private set; }

    /// <summary>Tokens of jam's Fernet.</summary>
    public int Fernet { get; private set; }

    /// <summary>Tokens that are bound to their record.</summary>
    public int Bound { get; private set; }

    /// <summary>Tokens that a key of the ring could read.</summary>
    public int Read => _byKey.Values.Sum();

    /// <summary>How many tokens each key of the ring could read, by its place in it.</summary>
    public IReadOnlyDictionary<int, int> ByKey => _byKey;

    /// <summary>Data to be encrypted anew: it is plain, a token of another kind, or of another key than the first.</summary>
    public int Outdated { get; private set; }

    /// <summary>Bound tokens of a key of the ring that cannot be read: they, or their records, were changed or moved.</summary>
    public int Changed { get; private set; }

    /// <summary>Ids that stand there as they are.</summary>
    public int PlainIds { get; private set; }

    /// <summary>Ids of which there is a digest.</summary>
    public int HashedIds { get; private set; }

    /// <summary>Sessions that are to have an end, and of whose lives the file says nothing: they begin to live now.</summary>
    public int BegunLifetimes { get; private set; }

    public int Tokens => Fernet + Bound;

    public void AddBegunLifetime() => BegunLifetimes++;

    public void AddChanged() => Changed++;

    public void AddPlainId() => PlainIds++;

    public void AddHashedId() => HashedIds++;

    public void AddPlain(bool isOutdated)
    {
        Plain++;
        Outdated += isOutdated ? 1 : 0;
    }

    /// <param name="isBound">Of which kind it is.</param>
    /// <param name="key">Which key of the ring could read it; -1: none.</param>
    /// <param name="isOutdated">Whether it is to be encrypted anew.</param>
    public void AddToken(bool isBound, int key, bool isOutdated)
    {
        Bound += isBound ? 1 : 0;
        Fernet += isBound ? 0 : 1;
        Outdated += isOutdated ? 1 : 0;
        if (key >= 0)
        {
            _byKey[key] = _byKey.GetValueOrDefault(key) + 1;
        }
    }

    public void Add(DataCounts others)
    {
        Plain += others.Plain;
        Fernet += others.Fernet;
        Bound += others.Bound;
        Outdated += others.Outdated;
        Changed += others.Changed;
        PlainIds += others.PlainIds;
        HashedIds += others.HashedIds;
        BegunLifetimes += others.BegunLifetimes;
        foreach (var (key, count) in others._byKey)
        {
            _byKey[key] = _byKey.GetValueOrDefault(key) + count;
        }
    }
}
