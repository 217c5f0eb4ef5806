namespace Jam.Sessions.Actors.Table;

/// <summary>The sessions of an owner, none of them empty, by that owner.</summary>
internal readonly struct OwnerNames(KeyOwners owners) : INames<Session[]>
{
    public static Session[] Removed { get; } = [];

    public int HashOf(string name) => name.GetHashCode(StringComparison.Ordinal);

    public int HashOf(Session[] entry) => HashOf(owners.OwnerOf(entry[0].Key));

    public bool Is(Session[] entry, string name, int hash) => entry.Length > 0 && owners.OwnerOf(entry[0].Key) == name;
}
