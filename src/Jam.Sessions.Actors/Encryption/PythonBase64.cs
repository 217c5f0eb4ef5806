namespace Jam.Sessions.Actors.Encryption;

/// <summary>Base64 as Python's <c>urlsafe_b64decode</c> reads it, which is how jam reads keys and tokens.</summary>
/// <remarks>Both alphabets are taken, other characters are skipped, and what follows complete padding is ignored; missing padding is an error.</remarks>
internal static class PythonBase64
{
    /// <summary>The bytes, or null where Python would raise.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text)
    {
        var output = new byte[text.Length / 4 * 3 + 3];
        var (length, quad, pads, carry) = (0, 0, 0, 0);
        foreach (var symbol in text)
        {
            if (symbol == '=' && quad >= 2 && quad + ++pads >= 4)
            {
                return output[..length];
            }

            var value = Value(symbol);
            if (value < 0)
            {
                continue;
            }

            pads = 0;
            if (quad > 0)
            {
                output[length++] = (byte)((carry << (2 * quad)) | (value >> (6 - (2 * quad))));
            }

            carry = value;
            quad = (quad + 1) & 3;
        }

        return quad == 0 ? output[..length] : null;
    }

    private static int Value(byte symbol) => symbol switch
    {
        >= (byte)'A' and <= (byte)'Z' => symbol - 'A',
        >= (byte)'a' and <= (byte)'z' => symbol - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => symbol - '0' + 52,
        (byte)'+' or (byte)'-' => 62,
        (byte)'/' or (byte)'_' => 63,
        _ => -1,
    };
}
