using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CsCheck;
using Jam.Sessions.Actors.Index;

namespace Jam.Sessions.Actors.Tests.Index;

/// <summary>The table under the sessions: a dictionary, whatever its hashes are worth, with readers that take no lock.</summary>
public sealed class StripedTableSpec
{
    private const int OneStripe = 64;

    /// <summary>From all names at one slot, over those of a single stripe, to all slots of all stripes.</summary>
    private static readonly Func<int, int>[] s_hashes =
        [_ => -1, number => number * OneStripe, number => number % 3, number => number % 5 * 1_000_003, number => number * -1_640_531_527];

    [Fact]
    public void It_is_a_dictionary_whatever_is_added_and_removed() =>
        Gen.Select(Gen.Int[0, s_hashes.Length - 1], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 199]).Array[0, 1000]).Sample(
            (hash, steps) =>
            {
                var table = new StripedTable<Slot, Names>(new Names(s_hashes[hash]), capacity: 0);
                var model = new Dictionary<string, Named>(StringComparer.Ordinal);
                foreach (var (kind, number) in steps)
                {
                    var named = new Named(number);
                    switch (kind)
                    {
                        case < 4 when model.TryGetValue(named.Name, out var present):
                            Assert.True(table.TryExchange(named.Name, new(present), new(named)));
                            model[named.Name] = named;
                            break;
                        case < 4:
                            Assert.True(table.TryExchange(named.Name, default, new(named)));
                            model.Add(named.Name, named);
                            break;
                        case < 6:
                            Assert.Equal(model.TryAdd(named.Name, named), table.TryAdd(named.Name, new(named)));
                            break;
                        case < 8 when model.Remove(named.Name, out var present):
                            Assert.True(table.TryExchange(named.Name, new(present), default));
                            break;
                        default:
                            // Another entry of the same name, which is not there.
                            Assert.False(table.TryExchange(named.Name, new(named), number % 2 == 0 ? default : new(new Named(number))));
                            break;
                    }

                    AssertFound(model, table, named.Name);
                }

                Assert.Equal(model.Count, table.Count);
                Assert.Equal(model.Values.ToHashSet(), table.Entries.Select(slot => slot.Named!).ToHashSet());
                for (var number = 0; number < 200; number++)
                {
                    AssertFound(model, table, new Named(number).Name);
                }
            },
            iter: 300);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(10_000)]
    public void A_stripe_takes_more_than_it_was_made_for(int capacity)
    {
        var table = new StripedTable<Slot, Names>(new Names(number => number * OneStripe), capacity);
        var entries = Enumerable.Range(0, 5000).Select(number => new Named(number)).ToList();
        Assert.All(entries, entry => Assert.True(table.TryAdd(entry.Name, new(entry))));
        Assert.All(entries, entry => Assert.True(table.TryFind(entry.Name, out var found) && ReferenceEquals(entry, found.Named)));
        Assert.All(entries, entry => Assert.False(table.TryAdd(entry.Name, new(entry))));
        Assert.Equal(5000, table.Count);
    }

    [Fact]
    public void The_places_of_removed_entries_are_used_again()
    {
        var names = new Names(_ => 0);
        var table = new StripedTable<Slot, Names>(names, capacity: 0);
        for (var number = 0; number < 10_000; number++)
        {
            var entry = new Named(number);
            table.TryExchange(entry.Name, default, new(entry));
            table.TryExchange(entry.Name, new(entry), default);
        }

        // All of one hash: a search that finds nothing looks at every slot that is not empty.
        names.Looks.Value = 0;
        Assert.False(table.TryFind("none", out _));
        Assert.InRange(names.Looks.Value, 0, 12);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void To_write_an_entry_no_other_one_is_looked_at()
    {
        var names = new Names(_ => 0);
        var table = new StripedTable<Slot, Names>(names, capacity: 0);
        var entries = Enumerable.Range(0, 8).Select(number => new Named(number)).ToList();
        entries.ForEach(entry => table.TryExchange(entry.Name, default, new(entry)));
        entries.ForEach(entry => table.TryExchange(entry.Name, new(entry), new(entry)));
        entries.ForEach(entry => table.TryExchange(entry.Name, new(entry), default));
        Assert.Equal((0, 0), (names.Looks.Value, table.Count));
    }

    [Fact]
    public void A_name_that_was_removed_can_be_added_again()
    {
        var table = new StripedTable<Slot, Names>(new Names(_ => 0), capacity: 0);
        var (first, second) = (new Named(1), new Named(1));
        for (var round = 0; round < 100; round++)
        {
            Assert.True(table.TryAdd(first.Name, new(first)));
            Assert.True(table.TryExchange(first.Name, new(first), default));
            Assert.False(table.TryFind(first.Name, out _));
            Assert.True(table.TryAdd(second.Name, new(second)));
            Assert.False(table.TryExchange(first.Name, new(first), default));
            Assert.True(table.TryFind(first.Name, out var found));
            Assert.Same(second, found.Named);
            Assert.True(table.TryExchange(second.Name, new(second), default));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Readers_never_miss_what_stays_while_its_stripe_grows_and_others_come_and_go(int hashes)
    {
        const int Staying = 50;
        const int Passing = 400;
        const int Readers = 3;
        const int Writers = 2;
        var table = new StripedTable<Slot, Names>(new Names(number => number % hashes * OneStripe), capacity: 0);
        var staying = Enumerable.Range(0, Staying).Select(number => new Named(number)).ToList();
        staying.ForEach(entry => table.TryAdd(entry.Name, new(entry)));
        var missed = new ConcurrentQueue<string>();
        using var start = new Barrier(Readers + Writers);
        var writers = 0;
        var threads = Enumerable.Range(0, Readers).Select(_ => Task.Factory.StartNew(Read, TaskCreationOptions.LongRunning))
            .Concat(Enumerable.Range(0, Writers).Select(writer => Task.Factory.StartNew(() => Write(writer), TaskCreationOptions.LongRunning)));
        await Task.WhenAll(threads);
        Assert.Empty(missed);
        Assert.Equal(staying.ToHashSet(), table.Entries.Select(slot => slot.Named!).ToHashSet());

        void Read()
        {
            start.SignalAndWait();
            while (Volatile.Read(ref writers) < Writers)
            {
                foreach (var entry in staying.Where(entry => !table.TryFind(entry.Name, out var found) || found.Named != entry))
                {
                    missed.Enqueue(entry.Name);
                }
            }
        }

        void Write(int writer)
        {
            var own = Enumerable.Range(Staying + (writer * Passing), Passing).Select(number => new Named(number)).ToList();
            start.SignalAndWait();
            for (var round = 0; round < 5; round++)
            {
                own.ForEach(entry => table.TryAdd(entry.Name, new(entry)));
                own.ForEach(entry => table.TryExchange(entry.Name, new(entry), new(entry)));
                own.ForEach(entry => table.TryExchange(entry.Name, new(entry), default));
            }

            Interlocked.Increment(ref writers);
        }
    }

    private static void AssertFound(Dictionary<string, Named> model, StripedTable<Slot, Names> table, string name)
    {
        Assert.Equal(model.TryGetValue(name, out var expected), table.TryFind(name, out var found));
        if (expected is not null)
        {
            Assert.Same(expected, found.Named);
        }
    }

    /// <summary>Two of one number have one name and are not the same.</summary>
    private sealed class Named(int number)
    {
        public int Number => number;

        public string Name { get; } = $"{number}";
    }

    private readonly record struct Slot(Named? Named);

    /// <summary>Names whose hash the test chooses; it counts how many entries a search looks at.</summary>
    private readonly struct Names(Func<int, int> hash) : ISlotKey<Slot>
    {
        private static readonly Named s_removed = new(-1);

        public static Slot Removed => new(s_removed);

        public StrongBox<int> Looks { get; } = new();

        public static bool IsEmpty(Slot entry) => entry.Named is null;

        public static bool IsPresent(Slot entry) => !IsEmpty(entry) && entry.Named != s_removed;

        public static bool AreSame(Slot entry, Slot other) => ReferenceEquals(entry.Named, other.Named);

        public int HashOf(ReadOnlySpan<char> name) => int.TryParse(name, out var number) ? hash(number) : hash(0);

        public int HashOf(Slot entry) => hash(entry.Named!.Number);

        public bool Is(Slot entry, ReadOnlySpan<char> name, int hash)
        {
            Looks.Value++;
            return name.SequenceEqual(entry.Named!.Name);
        }
    }
}
