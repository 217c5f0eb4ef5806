using System.Security.Cryptography;
using Jam.Sessions.Actors.Cluster.Shards;

namespace Jam.Sessions.Actors.Cluster.Tests.Shards;

/// <summary>Ids lead to their key's owner, and only those of this cluster.</summary>
public sealed class RoutesSpec
{
    private static readonly byte[] s_secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly Routes _routes = new(s_secret);

    [Theory]
    [InlineData("user1")]
    [InlineData("")]
    [InlineData("é\ud800\0")]
    public void An_id_leads_to_the_owner_of_its_key(string key)
    {
        var route = _routes.OfKey(key);
        var id = _routes.IdOf(route, "made");
        Assert.EndsWith(".made", id, StringComparison.Ordinal);
        Assert.Equal(route, _routes.OfId(id));
        Assert.Equal(route, _routes.OfKey(key));
        Assert.Equal(12, Routes.OwnerOf(route).Length);
    }

    /// <summary>The values of the paper's authors, for texts of 0 to 15 bytes.</summary>
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    public void SipHash_is_what_it_is_everywhere(int length, ulong expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal(expected, new SipHash(bytes).Of(bytes.AsSpan(..length)));
    }

    [Fact]
    public void Where_keys_live_never_changes() => Assert.Equal("LaWkXUJ02ePa", Routes.OwnerOf(_routes.OfKey("user1")));

    [Fact]
    public void Ids_of_others_lead_nowhere()
    {
        var other = new Routes(RandomNumberGenerator.GetBytes(32));
        var id = _routes.IdOf(_routes.OfKey("user1"), "made");
        string[] foreign = ["", ".", "66c252a6-e759-4fe0-9ba9-4bca1313dd24", "J$_token", id[1..], id[..16], $"A{id[1..]}", $"{id[..15]}!.made", other.IdOf(other.OfKey("user1"), "made"), $"{new string('A', 16)}.x"];
        Assert.All(foreign, text => Assert.Null(_routes.OfId(text)));
    }

    [Fact]
    public void A_route_confirms_no_guess_of_a_key_without_the_secret() =>
        Assert.NotEqual(_routes.OfKey("user1"), new Routes(RandomNumberGenerator.GetBytes(32)).OfKey("user1"));
}
