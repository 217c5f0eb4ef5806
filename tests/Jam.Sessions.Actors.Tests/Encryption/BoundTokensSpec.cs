using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>Tokens that belong where they stand.</summary>
public sealed class BoundTokensSpec
{
    private static readonly BoundTokens s_key = new(new byte[32]);
    private static readonly byte[] s_record = [.. "the record"u8];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public void What_is_encrypted_is_read_again_each_time_from_another_token(int length)
    {
        var text = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var (first, second) = (Token(text), Token(text));
        Assert.Equal(BoundTokens.TokenLength(length), first.Length);
        Assert.StartsWith("JG_", Encoding.ASCII.GetString(first), StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        Assert.Equal(text, s_key.TryDecrypt(first, s_record));
        Assert.Equal(text, s_key.TryDecrypt(second, s_record));
    }

    /// <summary>Made by another implementation, from the format's page: a release that cannot read it reads no file of today.</summary>
    [Fact]
    public void A_token_is_read_whose_bytes_are_those_of_the_format()
    {
        var key = new BoundTokens([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        var token = "JG_AdnqtOIAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcMsmWrAsKeBKm0-TuTuMovNUwcLdjnSGFlUVY"u8;
        Assert.Equal("""{"user": 1}""", Encoding.UTF8.GetString(key.TryDecrypt(token, s_record)!));
        Assert.Null(key.TryDecrypt(token, "another record"u8));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Every_change_of_every_byte_is_noticed(int length)
    {
        var token = Token(new byte[length]);
        for (var at = 0; at < token.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var changed = token.ToArray();
                changed[at] = (byte)value;
                Assert.Equal(changed[at] == token[at], s_key.TryDecrypt(changed, s_record) is not null);
            }
        }

        for (var cut = 0; cut < token.Length; cut++)
        {
            Assert.Null(s_key.TryDecrypt(token.AsSpan(..cut), s_record));
        }

        foreach (var tail in new[] { "=", "==", " ", "\n", "A", "AAAA" })
        {
            Assert.Null(s_key.TryDecrypt([.. token, .. Encoding.ASCII.GetBytes(tail)], s_record));
        }
    }

    [Fact]
    public void In_another_record_and_with_another_key_it_cannot_be_read()
    {
        var token = Token([1, 2, 3]);
        for (var at = 0; at < s_record.Length; at++)
        {
            var record = s_record.ToArray();
            record[at] ^= 1;
            Assert.Null(s_key.TryDecrypt(token, record));
        }

        var other = new BoundTokens(Convert.FromBase64String(TestKeys.Third));
        Assert.Null(other.TryDecrypt(token, s_record));
        Assert.True(s_key.Made(token));
        Assert.False(other.Made(token));
        Assert.False(s_key.Made("JG_"u8));
    }

    private static byte[] Token(byte[] text)
    {
        var token = new byte[BoundTokens.TokenLength(text.Length)];
        s_key.Encrypt(text, s_record, token);
        return token;
    }
}
