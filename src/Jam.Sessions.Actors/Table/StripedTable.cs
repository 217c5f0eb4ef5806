using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Jam.Sessions.Actors.Table;

/// <summary>Entries under the string that they themselves know: any number of readers without a lock, writers that meet only within a stripe.</summary>
/// <remarks>
/// <code>
/// stripe 17:  [ · · entry · removed entry · · ]     linear probing from the slot that the hash names, up to the first empty one
/// </code>
/// A slot is a reference and nothing else, where a <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/> has a node of 48
/// bytes. Entries never move within an array: a stripe that is full gets a new one, and who reads the old one finds what was there before.
/// </remarks>
internal sealed class StripedTable<TEntry, TNames>
    where TEntry : class
    where TNames : struct, INames<TEntry>
{
    private const int Stripes = 64;
    private const int MinSlots = 16;

    private readonly TNames _names;
    private readonly Stripe[] _stripes = new Stripe[Stripes];

    /// <param name="names">What an entry is called.</param>
    /// <param name="capacity">How many entries there will be, about.</param>
    public StripedTable(TNames names, int capacity)
    {
        _names = names;
        for (var i = 0; i < Stripes; i++)
        {
            _stripes[i] = new Stripe(SlotsFor(capacity / Stripes));
        }
    }

    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Whatever is there while this goes on.</summary>
    public IEnumerable<TEntry> Entries => _stripes
        .SelectMany(stripe => Volatile.Read(ref stripe.Slots))
        .Select(slot => slot.Entry)
        .Where(entry => entry is not null && entry != TNames.Removed)!;

    public bool TryFind(string name, [NotNullWhen(true)] out TEntry? entry)
    {
        var hash = _names.HashOf(name);
        var slots = Volatile.Read(ref StripeOf(hash).Slots);
        for (var at = FirstOf(hash, slots); ; at = Next(at, slots))
        {
            entry = Volatile.Read(ref slots[at].Entry);
            if (entry is null)
            {
                return false;
            }

            if (_names.Is(entry, name, hash))
            {
                return true;
            }
        }
    }

    /// <summary>Adds an entry; false where there is one of this name.</summary>
    public bool TryAdd(string name, TEntry entry) => Put(name, entry, replace: false);

    /// <summary>Adds an entry, or puts it in the place of the one of this name.</summary>
    public void Set(string name, TEntry entry) => Put(name, entry, replace: true);

    /// <summary>Removes the entry of a name, if it is <paramref name="entry"/> or that is null.</summary>
    public void Remove(string name, TEntry? entry = null)
    {
        var hash = _names.HashOf(name);
        var stripe = StripeOf(hash);
        lock (stripe)
        {
            var at = Find(stripe.Slots, name, hash);
            if (stripe.Slots[at].Entry is { } found && (entry is null || found == entry))
            {
                Volatile.Write(ref stripe.Slots[at].Entry, TNames.Removed);
                stripe.Count--;
            }
        }
    }

    private bool Put(string name, TEntry entry, bool replace)
    {
        var hash = _names.HashOf(name);
        var stripe = StripeOf(hash);
        lock (stripe)
        {
            var at = Find(stripe.Slots, name, hash);
            if (stripe.Slots[at].Entry is not null)
            {
                if (replace)
                {
                    Volatile.Write(ref stripe.Slots[at].Entry, entry);
                }

                return replace;
            }

            if (4 * (stripe.Used + 1) > 3 * stripe.Slots.Length)
            {
                MakeRoom(stripe);
                at = Find(stripe.Slots, name, hash);
            }

            Volatile.Write(ref stripe.Slots[at].Entry, entry);
            stripe.Used++;
            stripe.Count++;
            return true;
        }
    }

    /// <summary>The slot of the name, or the empty one behind all where it could be.</summary>
    private int Find(Slot[] slots, string name, int hash)
    {
        var at = FirstOf(hash, slots);
        while (slots[at].Entry is { } entry && !_names.Is(entry, name, hash))
        {
            at = Next(at, slots);
        }

        return at;
    }

    private void MakeRoom(Stripe stripe)
    {
        var slots = new Slot[SlotsFor(stripe.Count + 1)];
        foreach (var slot in stripe.Slots)
        {
            if (slot.Entry is { } entry && entry != TNames.Removed)
            {
                var at = FirstOf(_names.HashOf(entry), slots);
                while (slots[at].Entry is not null)
                {
                    at = Next(at, slots);
                }

                slots[at].Entry = entry;
            }
        }

        stripe.Used = stripe.Count;
        Volatile.Write(ref stripe.Slots, slots);
    }

    private static int SlotsFor(int entries) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, entries + (entries / 2)));

    private Stripe StripeOf(int hash) => _stripes[hash & (Stripes - 1)];

    private static int FirstOf(int hash, Slot[] slots) => (int)((uint)hash / Stripes) & (slots.Length - 1);

    private static int Next(int at, Slot[] slots) => (at + 1) & (slots.Length - 1);

    // A struct, since an array of references checks the type of all that is stored in it.
    private struct Slot
    {
        public TEntry? Entry;
    }

    private sealed class Stripe(int slots)
    {
        public Slot[] Slots = new Slot[slots];

        /// <summary>How many slots are not empty.</summary>
        public int Used;

        public int Count;
    }
}

/// <summary>What entries are called.</summary>
internal interface INames<TEntry>
{
    /// <summary>Stands where an entry was; it has no name.</summary>
    static abstract TEntry Removed { get; }

    int HashOf(string name);

    int HashOf(TEntry entry);

    bool Is(TEntry entry, string name, int hash);
}
