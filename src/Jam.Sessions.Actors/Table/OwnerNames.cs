using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Table;

/// <summary>The sessions of an owner, at least one, by that owner.</summary>
internal readonly struct OwnerNames(KeyOwners owners) : INames<KeySessions>
{
    public static KeySessions Removed => KeySessions.None;

    public static bool IsEmpty(KeySessions entry) => entry.Sessions.IsDefault;

    public static bool IsPresent(KeySessions entry) => !entry.Sessions.IsDefault && entry.Sessions != Removed.Sessions;

    public static bool AreSame(KeySessions entry, KeySessions other) => entry.Sessions == other.Sessions;

    public int HashOf(string name) => TextHash.Of(name);

    public int HashOf(KeySessions entry) => HashOf(owners.OwnerOf(entry.Sessions[0].Key));

    public bool Is(KeySessions entry, string name, int hash) => entry.Sessions.Length > 0 && owners.OwnerOf(entry.Sessions[0].Key) == name;
}
