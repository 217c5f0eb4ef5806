namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>The hash under the tables: every character counts, and names that count up spread evenly.</summary>
/// <remarks>Its secrets differ in each process. The bounds are so wide that no secret fails them by chance, only a hash that is wrong.</remarks>
public sealed class TextHashSpec
{
    private const int LongestText = 200;

    [Fact]
    public void Texts_that_differ_in_one_character_differ_in_their_hash()
    {
        var random = new Random(1);
        var collisions = new List<string>();
        for (var length = 0; length <= LongestText; length++)
        {
            var text = Enumerable.Range(0, length).Select(_ => (char)random.Next(' ', '~')).ToArray();
            var hashes = new HashSet<int> { TextHash.Of(text) };
            for (var at = 0; at < length; at++)
            {
                foreach (var bit in (ReadOnlySpan<int>)[1, 0x8000])
                {
                    text[at] ^= (char)bit;
                    if (!hashes.Add(TextHash.Of(text)))
                    {
                        collisions.Add($"{length} characters, of which number {at} is another");
                    }

                    text[at] ^= (char)bit;
                }
            }
        }

        // Of 5 million pairs about one in 800 runs has one by chance.
        Assert.True(collisions.Count <= 3, string.Join('\n', collisions));
    }

    /// <remarks>What another length does to a hash must not be made up for by another character: "x1a5z" and "x1a5a5z" were such a pair.</remarks>
    [Fact]
    public void Texts_of_different_lengths_whose_ends_make_up_for_it_differ_in_their_hash()
    {
        var random = new Random(1);
        var (pairs, collisions) = (0, 0);
        Span<char> shorter = stackalloc char[8];
        Span<char> longer = stackalloc char[8];
        for (var round = 0; round < 1000; round++)
        {
            foreach (var (few, many) in from few in Enumerable.Range(1, 8) from many in Enumerable.Range(few + 1, 8 - few) where many <= 8 select (few, many))
            {
                // The words of the shorter one as they are read, with the difference of the lengths in each of their characters in turn.
                for (var at = 0; at < 4; at++)
                {
                    Fill(shorter, few, random);
                    shorter[..Math.Min(few, 4)].CopyTo(longer);
                    shorter[Math.Max(0, few - 4)..few].CopyTo(longer[Math.Max(0, many - 4)..]);
                    longer[Math.Max(0, many - 4) + at] ^= (char)((2 * few) ^ (2 * many));
                    pairs++;
                    collisions += TextHash.Of(shorter[..few]) == TextHash.Of(longer[..many]) ? 1 : 0;
                }
            }
        }

        Assert.True(collisions <= 1, $"{collisions} of {pairs}");

        static void Fill(Span<char> text, int length, Random random)
        {
            text.Clear();
            for (var i = 0; i < length; i++)
            {
                text[i] = (char)random.Next('0', 'z');
            }
        }
    }

    [Fact]
    public void A_text_and_its_beginning_differ_in_their_hash()
    {
        foreach (var character in "\0x")
        {
            var hashes = Enumerable.Range(0, LongestText + 1).Select(length => TextHash.Of(new string(character, length))).ToHashSet();
            Assert.InRange(hashes.Count, LongestText, LongestText + 1);
        }
    }

    [Fact]
    public void The_same_text_has_the_same_hash_wherever_it_is()
    {
        for (var length = 0; length <= LongestText; length++)
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
            var within = $"?{text}!";
            Assert.Equal(TextHash.Of(text), TextHash.Of(within.AsSpan(1, length)));
            Assert.Equal(TextHash.Of(text), TextHash.Of(text.ToCharArray()));
        }
    }

    [Fact]
    public void Names_that_count_up_fill_the_stripes_and_the_slots_of_a_table_evenly()
    {
        const int Names = 1_000_000;
        var (stripes, slots) = (new int[64], new int[1024]);
        Span<char> name = stackalloc char["user-00000000".Length];
        for (var i = 1; i <= Names; i++)
        {
            Assert.True(name.TryWrite($"user-{i:D8}", out _));
            var hash = TextHash.Of(name);
            stripes[hash & 63]++;
            slots[(hash >>> 6) & 1023]++;
        }

        // Of a random spread 63 +- 11 and 1023 +- 45; with one empty stripe or ten empty slots more than 10,000.
        Assert.InRange(Unevenness(stripes), 0, 400);
        Assert.InRange(Unevenness(slots), 0, 2000);

        static double Unevenness(int[] counts) => counts.Sum(count => Math.Pow(count - (Names / (double)counts.Length), 2)) / (Names / (double)counts.Length);
    }
}
