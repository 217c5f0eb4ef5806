namespace Jam.Sessions.Actors.Model;

/// <summary>Names of sessions that are no secrets: 80 bits of a hash of document id and creation, which a session keeps for life.</summary>
/// <remarks>
/// Nothing is stored for them, and nothing is known from them of the session's id. They need not withstand attacks: who has a handle can do nothing that the
/// key, which must be given with it, does not allow.
/// </remarks>
internal static class Handles
{
    // Crockford's base 32, in lower case: no letter that looks like a digit.
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 16;
    private const int DigitBits = 5;

    // Odd, with about as many ones as zeros: digits of the fractions of the square roots of 2, 3, 5 and 7.
    private const ulong First = 0x6A09E667F3BCC909, Second = 0xBB67AE8584CAA73B, Third = 0x3C6EF372FE94F82B, Fourth = 0xA54FF53A5F1D36F1;

    public static string Of(Document session)
    {
        var bits = BitsOf(session);
        return string.Create(Length, bits, static (text, bits) =>
        {
            for (var at = text.Length - 1; at >= 0; at--)
            {
                text[at] = Digits[(int)(bits & ((1 << DigitBits) - 1))];
                bits >>= DigitBits;
            }
        });
    }

    private static UInt128 BitsOf(Document session)
    {
        var number = LargeDocumentIds.IsLarge(session.DocumentId) ? HashOf(LargeDocumentIds.TextOf(session.DocumentId)) : (ulong)session.DocumentId;
        var time = (ulong)BitConverter.DoubleToInt64Bits(session.CreatedAtSeconds);
        var low = Mix(Mix(number ^ First, Second) ^ time, Third);
        var high = Mix(Mix(time ^ Fourth, First) ^ number, Second ^ low);
        return new UInt128(high & 0xFFFF, low);
    }

    private static ulong HashOf(string digits)
    {
        var hash = Fourth;
        foreach (var digit in digits)
        {
            hash = Mix(hash ^ digit, First);
        }

        return hash;
    }

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low ^ Turned(a);
    }

    // A product with 0 is 0: what was multiplied is not lost.
    private static ulong Turned(ulong value) => ulong.RotateLeft(value, 29);
}
