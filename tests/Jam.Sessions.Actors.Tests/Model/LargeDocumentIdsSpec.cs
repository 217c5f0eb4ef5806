using System.Numerics;
using Jam.Sessions.Actors.Model;

namespace Jam.Sessions.Actors.Tests.Model;

/// <summary>The numbers that stand for document ids beyond 2^62.</summary>
public sealed class LargeDocumentIdsSpec
{
    private static readonly BigInteger s_large = BigInteger.Pow(10, 30);

    /// <remarks>A store that began with one such id and lived long has millions of them.</remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Millions_of_ids_in_a_row_each_have_a_number_of_their_own(int sign)
    {
        var ids = new HashSet<long>();
        for (var i = 0; i < 1_100_000; i++)
        {
            var number = (sign * s_large) + i;
            var id = LargeDocumentIds.Of(number);
            Assert.True(LargeDocumentIds.IsLarge(id) && ids.Add(id) && LargeDocumentIds.NumberOf(id) == number, $"{number}");
        }
    }

    [Theory]
    [InlineData("4611686018427387904")]
    [InlineData("-4611686018427387904")]
    [InlineData("1000000000000000000000000002199023255550")]
    [InlineData("-1000000000000000000000000000000000000001")]
    public void Ids_count_on_across_every_boundary_and_stay_apart(string highest)
    {
        var start = BigInteger.Parse(highest, System.Globalization.CultureInfo.InvariantCulture);
        var first = LargeDocumentIds.Highest([LargeDocumentIds.Of(start - 5), LargeDocumentIds.Of(start)]);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(start + i, LargeDocumentIds.NumberOf(first + i));
        }
    }

    [Fact]
    public void Where_there_are_none_the_first_is_1()
    {
        Assert.Equal(0, LargeDocumentIds.Highest([]));
        Assert.Equal(0, LargeDocumentIds.Highest([Document.NoDocumentId]));
        Assert.Equal(-3, LargeDocumentIds.Highest([Document.NoDocumentId, -7, -3, LargeDocumentIds.Of(-s_large)]));
    }
}
