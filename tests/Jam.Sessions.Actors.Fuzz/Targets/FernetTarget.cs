using System.Security.Cryptography;
using System.Text;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Fuzz.Targets;

/// <summary>Tokens, tokens with a MAC that fits, keys, and base64. Input: which of them, then the text.</summary>
internal sealed class FernetTarget : IFuzzTarget
{
    private const byte Tokens = 0, Signed = 1, Keys = 2, Base64Text = 3;

    private static readonly byte[] KeyBytes = PythonBase64.TryDecode(Encoding.ASCII.GetBytes(Fuzz.Seeds.Key))!;
    private static readonly Fernet Cipher = Fernet.FromKey(Fuzz.Seeds.Key, TimeProvider.System);
    private static readonly byte[] Genuine = Cipher.Encrypt("""{"user": "s3cr3t"}"""u8);

    public string Name => "fernet";

    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        [Tokens, .. Genuine],
        [Tokens, .. Cipher.Encrypt([])],
        [Tokens, .. "J$_"u8],
        [Signed, .. PythonBase64.TryDecode(Genuine.AsSpan(3))!.AsSpan(..^32)],
        [Signed, .. PythonBase64.TryDecode(Cipher.Encrypt(new byte[100]).AsSpan(3))!.AsSpan(..^32)],
        [Keys, .. Encoding.ASCII.GetBytes(Fuzz.Seeds.Key)],
        [Keys, .. "hunter2"u8],
        [Base64Text, .. "aGVsbG8="u8],
        [Base64Text, .. "-_-_=+/+/"u8],
    ];

    public byte[] Repair(byte[] input, Random random) => input;

    public string Run(byte[] input)
    {
        var text = input.AsSpan(Math.Min(1, input.Length));
        return (input.FirstOrDefault() % 4) switch
        {
            Tokens => Token(text),
            Signed => Sign(text),
            Keys => Key(text),
            _ => Base64(text),
        };
    }

    /// <summary>Only the bytes of the genuine token decrypt, however they are spelt.</summary>
    private static string Token(ReadOnlySpan<byte> token)
    {
        var text = Cipher.TryDecrypt(token);
        var isForged = text is not null && !PythonBase64.TryDecode(token[3..]).AsSpan().SequenceEqual(PythonBase64.TryDecode(Genuine.AsSpan(3)))
            && !text.AsSpan().SequenceEqual(default);
        return isForged ? throw new FuzzFailureException("a changed token was decrypted") : $"token {text is not null} {Fernet.IsToken(token)}";
    }

    private static string Sign(ReadOnlySpan<byte> body)
    {
        byte[] bytes = [.. body, .. HMACSHA256.HashData(KeyBytes.AsSpan(0, 16), body)];
        var text = Cipher.TryDecrypt(Encoding.ASCII.GetBytes($"J$_{Convert.ToBase64String(bytes)}"));
        return text is not null && !Cipher.TryDecrypt(Cipher.Encrypt(text)).AsSpan().SequenceEqual(text)
            ? throw new FuzzFailureException("a decrypted text does not come back")
            : $"signed {text is not null} {body.Length % 16 == 9}";
    }

    private static string Key(ReadOnlySpan<byte> key)
    {
        var text = Encoding.UTF8.GetString(key);
        try
        {
            var cipher = Fernet.FromKey(text, TimeProvider.System);
            return cipher.TryDecrypt(cipher.Encrypt("x"u8)) is [(byte)'x'] ? "key" : throw new FuzzFailureException("an accepted key does not work");
        }
        catch (SessionSecretException e)
        {
            return text.Length > 20 && e.ToString().Contains(text, StringComparison.Ordinal)
                ? throw new FuzzFailureException("a refused key is shown")
                : "no key";
        }
    }

    /// <summary>A second reader, of another make, agrees: symbols one after the other, until the padding that ends a group.</summary>
    private static string Base64(ReadOnlySpan<byte> text)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        var symbols = new StringBuilder();
        var pads = 0;
        var isPadded = false;
        foreach (var c in Encoding.Latin1.GetString(text).Replace('-', '+').Replace('_', '/'))
        {
            if (Alphabet.Contains(c, StringComparison.Ordinal))
            {
                symbols.Append(c);
                pads = 0;
            }
            else if (c == '=' && symbols.Length % 4 >= 2 && symbols.Length % 4 + ++pads == 4)
            {
                isPadded = true;
                break;
            }
        }

        var isWhole = isPadded || symbols.Length % 4 == 0;
        var expected = isWhole ? Convert.FromBase64String(symbols.ToString().PadRight((symbols.Length + 3) / 4 * 4, '=')) : null;
        var actual = PythonBase64.TryDecode(text);
        return (expected is null) == (actual is null) && expected.AsSpan().SequenceEqual(actual)
            ? $"base64 {isWhole} {isPadded} {symbols.Length % 4}"
            : throw new FuzzFailureException("base64 is not read as Python reads it");
    }
}
