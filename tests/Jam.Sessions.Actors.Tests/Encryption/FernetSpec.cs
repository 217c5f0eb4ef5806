using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Jam.Sessions.Actors.Encryption;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>Tokens as the Fernet specification has them, behind jam's prefix.</summary>
public sealed class FernetSpec
{
    private const string Key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string Token = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    private static readonly Fernet Cipher = Fernet.FromKey(Key, new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(499162800)));

    [Fact]
    public void The_token_of_the_specification_is_read() => Assert.Equal("hello", Decrypted($"J$_{Token}"));

    [Fact]
    public void A_token_without_the_prefix_is_none()
    {
        Assert.Null(Decrypted(Token));
        Assert.False(Fernet.IsToken(Encoding.ASCII.GetBytes(Token)));
        Assert.True(Fernet.IsToken("J$_"u8));
    }

    [Fact]
    public void Any_text_comes_back_and_no_two_tokens_are_alike() => Gen.Byte.Array[0, 200].Sample(
        text =>
        {
            var token = Cipher.Encrypt(text);
            Assert.Equal(text, Cipher.TryDecrypt(token));
            Assert.NotEqual(token, Cipher.Encrypt(text));
            Assert.True(Ascii.IsValid(token));
            Assert.True(token.AsSpan().IndexOfAny("+/ "u8) < 0);
            Assert.Equal(0, (token.Length - 3) % 4);
        },
        iter: 500);

    [Theory]
    [InlineData(4079)]
    [InlineData(4080)]
    [InlineData(100_000)]
    public void A_long_text_comes_back(int length)
    {
        var text = Enumerable.Range(0, length).Select(at => (byte)(at * 7)).ToArray();
        Assert.Equal(text, Cipher.TryDecrypt(Cipher.Encrypt(text)));
    }

    [Fact]
    public void No_two_tokens_have_an_iv_in_common()
    {
        var ivs = Enumerable.Range(0, 2000).Select(_ => Convert.ToHexString(Bytes(Encoding.ASCII.GetString(Cipher.Encrypt("x"u8))[3..])[9..25]));
        Assert.Equal(2000, ivs.Distinct().Count());
    }

    [Fact]
    public void A_token_has_the_time_and_the_version_of_the_specification() =>
        Assert.Equal(Bytes(Token)[..9], Bytes(Encoding.ASCII.GetString(Cipher.Encrypt("x"u8))[3..])[..9]);

    [Fact]
    public void A_token_with_any_bit_flipped_is_rejected()
    {
        var bytes = Bytes(Token);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Decrypted(Encoded(flipped)));
        }
    }

    [Fact]
    public void A_token_that_was_cut_or_is_of_another_key_is_rejected()
    {
        var bytes = Bytes(Token);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(Decrypted(Encoded(bytes[..length])));
        }

        var other = Fernet.FromKey(Convert.ToBase64String(new byte[32]), TimeProvider.System);
        Assert.Null(other.TryDecrypt(Encoding.ASCII.GetBytes($"J$_{Token}")));
        Assert.Null(Decrypted($"J$_{Token[..^1]}"));
        Assert.Null(Decrypted("J$_"));
    }

    // Signed with the right key: the signature says nothing about what it covers.
    [Fact]
    public void A_signed_token_that_is_none_all_the_same_is_rejected()
    {
        var body = Bytes(Token)[..^32];
        Assert.Equal("hello", Decrypted(Signed(body)));
        for (var length = 0; length < body.Length; length++)
        {
            Assert.Null(Decrypted(Signed(body[..length])));
        }

        Assert.Null(Decrypted(Signed([0x81, .. body.AsSpan(1)])));
        Assert.Null(Decrypted(Signed([.. body.AsSpan(..24), (byte)(body[24] ^ 0x80), .. body.AsSpan(25)])));
    }

    [Fact]
    public void A_uuid_makes_a_token_as_long_as_that_of_jam() => Assert.Equal(143, Cipher.Encrypt(new byte[36]).Length);

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4")]
    [InlineData("hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2====")]
    [InlineData("é")]
    public void A_key_that_is_no_key_is_refused_without_showing_it(string key)
    {
        var text = Assert.Throws<SessionSecretException>(() => Fernet.FromKey(key, TimeProvider.System)).ToString();
        Assert.True(key.Length == 0 || !text.Contains(key, StringComparison.Ordinal));
        Assert.Contains("session-aes-secret must be 32 bytes in padded url-safe base64 (44 characters), or the path of a file", text, StringComparison.Ordinal);
    }

    // What Python's base64.urlsafe_b64decode gives; null where it raises.
    [Theory]
    [InlineData("", "")]
    [InlineData("aGVsbG8=", "hello")]
    [InlineData("aGVsbA==", "hell")]
    [InlineData("aGVs", "hel")]
    [InlineData("aGVsbG8", null)]
    [InlineData("aGVsbA=", null)]
    [InlineData("aGVsb", null)]
    [InlineData("a", null)]
    [InlineData("=", "")]
    [InlineData("====", "")]
    [InlineData("=aGVs", "hel")]
    [InlineData("a=GVs", "hel")]
    [InlineData(" aGV\nsb G8=\n", "hello")]
    [InlineData("aG!V*sb.G8=", "hello")]
    [InlineData("aGVsbG8=aGVs", "hello")]
    [InlineData("aGVsbG8=junk!", "hello")]
    [InlineData("aGVsbA=x=", "hell\u000c")]
    [InlineData("aGVsbA=G8=", "hell\u0001\u00bc")]
    [InlineData("-_-_", "\u00fb\u00ff\u00bf")]
    [InlineData("+/+/", "\u00fb\u00ff\u00bf")]
    public void Base64_is_read_as_python_reads_it(string text, string? latin1) =>
        Assert.Equal(latin1, PythonBase64.TryDecode(Encoding.Latin1.GetBytes(text)) is { } bytes ? Encoding.Latin1.GetString(bytes) : null);

    private static string? Decrypted(string token) => Cipher.TryDecrypt(Encoding.ASCII.GetBytes(token)) is { } text ? Encoding.UTF8.GetString(text) : null;

    private static string Signed(byte[] body) => Encoded([.. body, .. HMACSHA256.HashData(Bytes(Key).AsSpan(..16), body)]);

    private static byte[] Bytes(string token) => Base64Url.DecodeFromChars(token);

    private static string Encoded(byte[] token) => $"J$_{Convert.ToBase64String(token)}";
}
