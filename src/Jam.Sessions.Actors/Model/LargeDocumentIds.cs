using System.Globalization;
using System.Numerics;

namespace Jam.Sessions.Actors.Model;

/// <summary>Document ids of 2^62 and more, which Python's integers allow, as 64-bit numbers that stand for them in this process.</summary>
/// <remarks>
/// <code>
/// -2^63 + 1 + (place &lt;&lt; 42) + offset      the number at that offset of the block of 2^41 numbers which has that place
/// </code>
/// So ids in a row, which is what counting on makes, share a place, and the next id is one more here too. Ids that count on beyond the end of a
/// block keep its place for as many numbers again: they are higher than all that were read, so none of them has two ids. What is remembered for
/// good is one number for each block that a file ever held. Numbers have at most 4,300 digits, as in Python.
/// </remarks>
internal static class LargeDocumentIds
{
    public const int MaxDigits = 4300;

    private const int OffsetBits = 42;
    private const int BlockBits = 41;
    private const int Places = 1 << 20;
    private const long First = long.MinValue + 1;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<BigInteger, int> s_places = [];
    private static volatile BigInteger[] s_blocks = [];

    public static bool IsLarge(long id) => id is <= -Document.DocumentIdLimit and not Document.NoDocumentId;

    /// <summary>What stands for a number; the number itself where that is small enough, and none where files held too many blocks.</summary>
    public static long Of(BigInteger number) =>
        number > -Document.DocumentIdLimit && number < Document.DocumentIdLimit ? (long)number : LargeOf(number);

    /// <summary>The number that an id stands for.</summary>
    public static BigInteger NumberOf(long id) =>
        IsLarge(id) ? (s_blocks[(int)((id - First) >> OffsetBits)] << BlockBits) + ((id - First) & ((1L << OffsetBits) - 1)) : id;

    public static string TextOf(long id) => NumberOf(id).ToString(CultureInfo.InvariantCulture);

    /// <summary>The highest of some ids, which a new document counts on from; 0 where there are none.</summary>
    public static long Highest(IEnumerable<long> ids)
    {
        var small = Document.NoDocumentId;
        BigInteger? large = null;
        foreach (var id in ids)
        {
            if (IsLarge(id))
            {
                large = large is { } before ? BigInteger.Max(before, NumberOf(id)) : NumberOf(id);
            }
            else
            {
                small = Math.Max(small, id);
            }
        }

        if (large is { } number && (number.Sign > 0 || small == Document.NoDocumentId))
        {
            return LargeOf(number);
        }

        // Near the limit it is a large one as well, so that what follows needs no look at it.
        return small == Document.NoDocumentId ? 0
            : small > Document.DocumentIdLimit / 2 && LargeOf(small) is var standIn and not Document.NoDocumentId ? standIn
            : small;
    }

    private static long LargeOf(BigInteger number) =>
        PlaceOf(number >> BlockBits) is >= 0 and var place
            ? First + ((long)place << OffsetBits) + (long)(number & ((1L << BlockBits) - 1))
            : Document.NoDocumentId;

    /// <summary>-1 where all places are taken.</summary>
    private static int PlaceOf(BigInteger block)
    {
        lock (s_lock)
        {
            if (s_places.TryGetValue(block, out var place))
            {
                return place;
            }

            if (s_places.Count == Places)
            {
                return -1;
            }

            var blocks = s_blocks;
            place = s_places.Count;
            if (place == blocks.Length)
            {
                Array.Resize(ref blocks, Math.Max(16, 2 * blocks.Length));
            }

            blocks[place] = block;
            s_places.Add(block, place);
            s_blocks = blocks;
            return place;
        }
    }
}
