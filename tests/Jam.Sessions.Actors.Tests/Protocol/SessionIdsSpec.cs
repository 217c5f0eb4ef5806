namespace Jam.Sessions.Actors.Tests.Protocol;

/// <summary>The makers of session ids.</summary>
public sealed class SessionIdsSpec
{
    private const int Many = 100_000;

    [Fact]
    public void A_uuid_is_of_version_4_and_variant_1_like_those_of_jam()
    {
        for (var i = 0; i < 1000; i++)
        {
            var id = SessionIds.UuidV4();
            Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id);
        }
    }

    [Fact]
    public void A_random_id_is_32_bytes_in_base64url()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Matches("^[A-Za-z0-9_-]{43}$", SessionIds.Random256());
        }
    }

    [Fact]
    public void No_two_ids_are_alike()
    {
        Assert.Equal(Many, Enumerable.Range(0, Many).Select(_ => SessionIds.UuidV4()).Distinct().Count());
        Assert.Equal(Many, Enumerable.Range(0, Many).Select(_ => SessionIds.Random256()).Distinct().Count());
    }

    /// <summary>Ten million ids of 256 bits as the 64 bits at their beginning: among random ones two are alike once in 370,000 runs.</summary>
    [Fact]
    public void Ten_million_ids_begin_differently_and_each_bit_is_set_in_half_of_them()
    {
        const int Ids = 10_000_000, Bits = 64;
        var (heads, set) = (new ulong[Ids], new int[Bits]);
        for (var i = 0; i < Ids; i++)
        {
            heads[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(System.Buffers.Text.Base64Url.DecodeFromChars(SessionIds.Random256()));
            for (var bit = 0; bit < Bits; bit++)
            {
                set[bit] += (int)(heads[i] >> bit) & 1;
            }
        }

        Array.Sort(heads);
        Assert.DoesNotContain(Enumerable.Range(1, Ids - 1), i => heads[i] == heads[i - 1]);

        // Six standard deviations of a fair coin: for all bits together once in eight million runs.
        Assert.All(set, count => Assert.InRange(count, (Ids / 2) - 9487, (Ids / 2) + 9487));
    }

    [Fact]
    public void Long_tokens_that_differ_only_in_their_end_differ_in_their_hash()
    {
        var token = string.Concat("J$_", new string('x', 137), new string('A', 40));
        var hashes = Enumerable.Range(0, 40).Select(at => SessionIds.HashOf(token.Remove(token.Length - 1 - at, 1).Insert(token.Length - 1 - at, "B")))
            .Append(SessionIds.HashOf(token)).ToHashSet();

        // 41 of 32 bits: one collision is possible, two never happen.
        Assert.InRange(hashes.Count, 40, 41);
    }

    [Fact]
    public void An_id_that_is_no_long_token_is_told_by_all_of_it()
    {
        var ids = Enumerable.Range(0, 100).SelectMany(i => new[] { $"J$_{i:D3}{new string('x', 93)}", $"J$-{i:D3}{new string('x', 200)}" }).ToList();
        Assert.All(ids.Where(id => id.StartsWith("J$_", StringComparison.Ordinal)), id => Assert.Equal(99, id.Length));
        Assert.InRange(ids.Select(id => SessionIds.HashOf(id)).Distinct().Count(), 198, 200);
    }
}
