using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>What any key of a ring reads is read; what is written uses the first.</summary>
public sealed class KeyRingSpec
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_key_reads_its_own_and_says_which_it_is(bool isBound)
    {
        var ring = KeyRing.FromKeys([TestKeys.First, TestKeys.Second, TestKeys.Third], isBound, TimeProvider.System);
        string[] keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];
        for (var at = 0; at < keys.Length; at++)
        {
            var token = Token(KeyRing.FromKeys([keys[at]], isBound, TimeProvider.System));
            Assert.Equal("text"u8.ToArray(), ring.TryDecrypt(token, "record"u8, out var key));
            Assert.Equal(at, key);
        }

        Assert.Null(KeyRing.FromKeys([TestKeys.Second], isBound, TimeProvider.System).TryDecrypt(Token(ring), "record"u8, out var none));
        Assert.Equal(-1, none);
    }

    [Fact]
    public void A_ring_of_bound_records_reads_jams_tokens_and_not_the_other_way_round()
    {
        var (bound, fernet) = (KeyRing.FromKeys([TestKeys.First], isBound: true, TimeProvider.System), KeyRing.FromKeys([TestKeys.First], isBound: false, TimeProvider.System));
        Assert.NotNull(bound.TryDecrypt(Token(fernet), default, out _));
        Assert.Null(fernet.TryDecrypt(Token(bound), "record"u8, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void A_short_key_anywhere_in_the_ring_is_refused(string key) =>
        Assert.Throws<SessionSecretException>(() => KeyRing.FromKeys([TestKeys.First, key], isBound: true, TimeProvider.System));

    private static byte[] Token(KeyRing ring)
    {
        var token = new byte[ring.TokenLength(4)];
        ring.Encrypt("text"u8, "record"u8, token);
        return token;
    }
}
