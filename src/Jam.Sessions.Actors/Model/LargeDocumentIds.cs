using System.Globalization;
using System.Numerics;

namespace Jam.Sessions.Actors.Model;

/// <summary>Document ids of 2^62 and more, which Python's integers allow, as 64-bit numbers that stand for them in this process.</summary>
/// <remarks>
/// <code>
/// -2^63 + 1 + (place &lt;&lt; 42) + offset      the number at that place, plus offset
/// </code>
/// Each such id of a file has a place; ids that count on from the highest one share its place. So the next id is one more here too, and what is
/// remembered for good is what files hold. Numbers have at most 4,300 digits, as in Python.
/// </remarks>
internal static class LargeDocumentIds
{
    public const int MaxDigits = 4300;

    private const int OffsetBits = 42;
    private const int Places = 1 << 20;
    private const long First = long.MinValue + 1;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<BigInteger, int> s_places = [];
    private static volatile BigInteger[] s_numbers = [];

    public static bool IsLarge(long id) => id is <= -Session.DocumentIdLimit and not Session.NoDocumentId;

    /// <summary>What stands for a number; the number itself where that is small enough, and none where there are too many large ones.</summary>
    public static long Of(BigInteger number) =>
        number > -Session.DocumentIdLimit && number < Session.DocumentIdLimit ? (long)number
        : PlaceOf(number) is >= 0 and var place ? First + ((long)place << OffsetBits)
        : Session.NoDocumentId;

    /// <summary>The number that an id stands for.</summary>
    public static BigInteger NumberOf(long id) =>
        IsLarge(id) ? s_numbers[(int)((id - First) >> OffsetBits)] + ((id - First) & ((1L << OffsetBits) - 1)) : id;

    public static string TextOf(long id) => NumberOf(id).ToString(CultureInfo.InvariantCulture);

    /// <summary>The highest of some ids, and 0: what a new document counts on from.</summary>
    public static long Highest(IEnumerable<long> ids)
    {
        var (highest, large) = (0L, BigInteger.Zero);
        foreach (var id in ids)
        {
            if (IsLarge(id))
            {
                large = BigInteger.Max(large, NumberOf(id));
            }
            else
            {
                highest = Math.Max(highest, id);
            }
        }

        // Near the limit it gets a place as well, so that what follows needs no look at it.
        var number = BigInteger.Max(large, highest);
        return number > Session.DocumentIdLimit / 2 ? First + ((long)PlaceOf(number) << OffsetBits) : highest;
    }

    /// <summary>-1 where all places are taken.</summary>
    private static int PlaceOf(BigInteger number)
    {
        lock (s_lock)
        {
            if (s_places.TryGetValue(number, out var place))
            {
                return place;
            }

            if (s_places.Count == Places)
            {
                return -1;
            }

            var numbers = s_numbers;
            place = s_places.Count;
            if (place == numbers.Length)
            {
                Array.Resize(ref numbers, Math.Max(16, 2 * numbers.Length));
            }

            numbers[place] = number;
            s_places.Add(number, place);
            s_numbers = numbers;
            return place;
        }
    }
}
