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
}
