using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>The sessions of an owner, at least one, by that owner.</summary>
internal readonly struct OwnerSlotKey(KeyOwners owners) : ISlotKey<KeySessions>
{
    public static KeySessions Removed => KeySessions.None;

    public static bool IsEmpty(KeySessions entry) => entry.IsDefault;

    public static bool IsPresent(KeySessions entry) => !entry.IsDefault && !entry.Is(Removed);

    public static bool AreSame(KeySessions entry, KeySessions other) => entry.Is(other);

    public int HashOf(ReadOnlySpan<char> name) => TextHash.Of(name);

    public int HashOf(KeySessions entry) => HashOf(owners.OwnerOf(entry.Any.Key));

    public bool Is(KeySessions entry, ReadOnlySpan<char> name, int hash) => !entry.Is(Removed) && name.SequenceEqual(owners.OwnerOf(entry.Any.Key));
}
