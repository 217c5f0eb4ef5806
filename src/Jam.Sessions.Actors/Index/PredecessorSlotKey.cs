using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Index;

/// <summary>Sessions by the digests of the ids that they had before.</summary>
internal readonly struct PredecessorSlotKey : ISlotKey<SessionSlot>
{
    public static SessionSlot Removed => SessionSlot.Removed;

    public static bool IsEmpty(SessionSlot entry) => entry.Document is null;

    public static bool IsPresent(SessionSlot entry) => entry.IsPresent;

    public static bool AreSame(SessionSlot entry, SessionSlot other) => ReferenceEquals(entry.Document, other.Document);

    public int HashOf(ReadOnlySpan<char> name) => TextHash.Of(name);

    public int HashOf(SessionSlot entry) => TextHash.Of(entry.Document!.Before!.Digest);

    public bool Is(SessionSlot entry, ReadOnlySpan<char> name, int hash) => name.SequenceEqual(entry.Document!.Before!.Digest);
}
