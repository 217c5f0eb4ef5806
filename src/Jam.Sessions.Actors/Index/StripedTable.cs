using System.Buffers.Binary;
using System.Numerics;

namespace Jam.Sessions.Actors.Index;

/// <summary>A hash table whose entries contain their own key: lock-free readers, and a lock for the writers of each stripe.</summary>
/// <remarks>
/// <code>
/// stripe 17:  [ · · entry · removed entry · · ]     linear probing from the slot that the hash names, up to the first empty one
/// </code>
/// A slot is a reference and nothing else, where a <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/> has a node of 48
/// bytes. Entries never move within an array: a stripe that is full gets a new one, and who reads the old one finds what was there before.
/// </remarks>
/// <typeparam name="TEntry">A struct of one reference, so that it is read and written as a whole, and this code is compiled for it.</typeparam>
/// <typeparam name="TKey">How keys are hashed and compared.</typeparam>
internal sealed class StripedTable<TEntry, TKey>
    where TEntry : struct
    where TKey : struct, ISlotKey<TEntry>
{
    /// <summary>How many stripes there are.</summary>
    public const int Stripes = 64;
    private const int MinSlots = 16;

    private readonly TKey _key;
    private readonly Stripe[] _stripes = new Stripe[Stripes];

    /// <param name="key">How keys are hashed and compared.</param>
    /// <param name="capacity">How many entries there will be, about.</param>
    public StripedTable(TKey key, int capacity)
    {
        _key = key;
        for (var i = 0; i < Stripes; i++)
        {
            _stripes[i] = new Stripe(SlotsFor(capacity / Stripes));
        }
    }

    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>All entries; of those that come or go meanwhile, some.</summary>
    public IEnumerable<TEntry> Entries => _stripes.SelectMany(stripe => Volatile.Read(ref stripe.Slots)).Where(TKey.IsPresent);

    /// <summary>The slots of a stripe as they are now: entries and gaps; of entries that come or go meanwhile, some.</summary>
    public ReadOnlySpan<TEntry> SlotsOf(int stripe) => Volatile.Read(ref _stripes[stripe].Slots);

    /// <summary>All entries in one order, from a place on; entries that stay keep their place in it, whatever the table's size becomes.</summary>
    /// <remarks>
    /// The order is that of the stripes, and in them that of the hashes with their bits reversed: those that share a first slot are together in it,
    /// and still are after the stripe has doubled, when some of them move to the slot that is next in that order.
    /// </remarks>
    /// <param name="from">The place.</param>
    public IEnumerable<(ScanPlace Place, TEntry Entry)> From(ScanPlace from)
    {
        for (var stripe = from.Stripe; stripe < Stripes; stripe++)
        {
            var slots = Volatile.Read(ref _stripes[stripe].Slots);
            var bits = BitOperations.Log2((uint)slots.Length);
            var first = stripe == from.Stripe ? from.Order : 0;
            for (var turn = bits == 0 ? 0 : first >> (32 - bits); turn < (uint)slots.Length; turn++)
            {
                foreach (var (order, entry) in EntriesOf(slots, home: (int)(Reverse(turn) >> (32 - bits))))
                {
                    if (order >= first)
                    {
                        yield return (new ScanPlace(stripe, order), entry);
                    }
                }
            }
        }
    }

    public bool TryFind(ReadOnlySpan<char> name, out TEntry entry)
    {
        var hash = _key.HashOf(name);
        var slots = Volatile.Read(ref StripeOf(hash).Slots);
        for (var at = FirstOf(hash, slots); ; at = Next(at, slots))
        {
            // No fence is needed: .NET stores references with release semantics, and the entry is reached only through this one.
            entry = slots[at];
            if (TKey.IsEmpty(entry))
            {
                return false;
            }

            if (_key.Is(entry, name, hash))
            {
                return true;
            }
        }
    }

    /// <summary>Adds an entry; false where there is one of this name.</summary>
    public bool TryAdd(ReadOnlySpan<char> name, TEntry entry)
    {
        var hash = _key.HashOf(name);
        var stripe = StripeOf(hash);
        lock (stripe)
        {
            if (!TKey.IsEmpty(Find(stripe.Slots, name, hash)))
            {
                return false;
            }

            Add(stripe, entry, hash);
            return true;
        }
    }

    /// <summary>Puts an entry in the place of another one of its name; false where that one is not there.</summary>
    /// <remarks>Entries are compared by reference, so only the slots are read, and no entry.</remarks>
    /// <param name="name">Their name.</param>
    /// <param name="before">What is there; the default where it is known that nothing is.</param>
    /// <param name="after">What is to be there; the default where nothing is.</param>
    public bool TryExchange(ReadOnlySpan<char> name, TEntry before, TEntry after)
    {
        var hash = _key.HashOf(name);
        var stripe = StripeOf(hash);
        lock (stripe)
        {
            if (TKey.IsEmpty(before))
            {
                Add(stripe, after, hash);
                return true;
            }

            ref var slot = ref Find(stripe.Slots, before, hash);
            if (TKey.IsEmpty(slot))
            {
                return false;
            }

            stripe.Count -= TKey.IsEmpty(after) ? 1 : 0;
            slot = TKey.IsEmpty(after) ? TKey.Removed : after;
            return true;
        }
    }

    /// <summary>The entries that would be in this slot if it were free for all of them, in their order.</summary>
    private IEnumerable<(uint Order, TEntry Entry)> EntriesOf(TEntry[] slots, int home)
    {
        List<(uint Order, TEntry Entry)>? entries = null;
        for (var at = home; !TKey.IsEmpty(slots[at]); at = Next(at, slots))
        {
            var entry = slots[at];
            if (TKey.IsPresent(entry) && _key.HashOf(entry) is var hash && FirstOf(hash, slots) == home)
            {
                (entries ??= []).Add((Reverse((uint)hash / Stripes), entry));
            }
        }

        return entries is null ? [] : entries.Count == 1 ? entries : entries.OrderBy(entry => entry.Order);
    }

    /// <summary>The bits in the other direction.</summary>
    private static uint Reverse(uint value)
    {
        value = ((value >> 1) & 0x55555555) | ((value & 0x55555555) << 1);
        value = ((value >> 2) & 0x33333333) | ((value & 0x33333333) << 2);
        value = ((value >> 4) & 0x0F0F0F0F) | ((value & 0x0F0F0F0F) << 4);
        return BinaryPrimitives.ReverseEndianness(value);
    }

    private void Add(Stripe stripe, TEntry entry, int hash)
    {
        if (4 * (stripe.Used + 1) > 3 * stripe.Slots.Length)
        {
            MakeRoom(stripe);
        }

        ref var slot = ref FindFree(stripe.Slots, hash);
        stripe.Used += TKey.IsEmpty(slot) ? 1 : 0;
        slot = entry;
        stripe.Count++;
    }

    /// <summary>The slot of the name, or the empty one behind all where it could be.</summary>
    private ref TEntry Find(TEntry[] slots, ReadOnlySpan<char> name, int hash)
    {
        var at = FirstOf(hash, slots);
        while (!TKey.IsEmpty(slots[at]) && !_key.Is(slots[at], name, hash))
        {
            at = Next(at, slots);
        }

        return ref slots[at];
    }

    /// <summary>The slot of the entry, or the empty one behind all where it could be.</summary>
    private static ref TEntry Find(TEntry[] slots, TEntry entry, int hash)
    {
        var at = FirstOf(hash, slots);
        while (!TKey.IsEmpty(slots[at]) && !TKey.AreSame(slots[at], entry))
        {
            at = Next(at, slots);
        }

        return ref slots[at];
    }

    /// <summary>The first slot for a hash that is empty or was left.</summary>
    private static ref TEntry FindFree(TEntry[] slots, int hash)
    {
        var at = FirstOf(hash, slots);
        while (TKey.IsPresent(slots[at]))
        {
            at = Next(at, slots);
        }

        return ref slots[at];
    }

    private void MakeRoom(Stripe stripe)
    {
        var slots = new TEntry[SlotsFor(stripe.Count + 1)];
        foreach (var entry in stripe.Slots)
        {
            if (TKey.IsPresent(entry))
            {
                FindFree(slots, _key.HashOf(entry)) = entry;
            }
        }

        stripe.Used = stripe.Count;
        Volatile.Write(ref stripe.Slots, slots);
    }

    private static int SlotsFor(int entries) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, entries + (entries / 2)));

    private Stripe StripeOf(int hash) => _stripes[hash & (Stripes - 1)];

    private static int FirstOf(int hash, TEntry[] slots) => (int)((uint)hash / Stripes) & (slots.Length - 1);

    private static int Next(int at, TEntry[] slots) => (at + 1) & (slots.Length - 1);

    private sealed class Stripe(int slots)
    {
        public TEntry[] Slots = new TEntry[slots];

        /// <summary>How many slots are not empty.</summary>
        public int Used;

        public int Count;
    }
}

/// <summary>A place in the order of a table's entries.</summary>
/// <param name="Stripe">The stripe.</param>
/// <param name="Order">In it: the entry's hash with its bits reversed. Several entries may share it.</param>
internal readonly record struct ScanPlace(int Stripe, uint Order);

/// <summary>How the key of an entry is hashed and compared.</summary>
internal interface ISlotKey<TEntry>
    where TEntry : struct
{
    /// <summary>Stands where an entry was; it has no name.</summary>
    static abstract TEntry Removed { get; }

    static abstract bool IsEmpty(TEntry entry);

    static abstract bool IsPresent(TEntry entry);

    static abstract bool AreSame(TEntry entry, TEntry other);

    int HashOf(ReadOnlySpan<char> name);

    int HashOf(TEntry entry);

    bool Is(TEntry entry, ReadOnlySpan<char> name, int hash);
}
