using System.Buffers.Text;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>An id that only its predecessor opens.</summary>
public sealed class SealedIdSpec
{
    /// <summary>Made by another implementation, from the format's page: a release that cannot read it has no grace for the reworks of today.</summary>
    [Fact]
    public void Its_bytes_are_those_of_the_format()
    {
        const string id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee", predecessor = "11111111-2222-4333-8444-555555555555";
        var known = Base64Url.DecodeFromChars("cp2fkHHwtrnAOb3UHodq8BiZ2A_tiNgFhDhTz65MEpVhGtvpF12pvwrmxw3iqWqb5gUWisrU4D3rN4bZy0_xuPJbtG-ks8u0zjbiPHClCAn4fGR7-uLp2Q");
        Assert.Equal(known, SealedId.Seal(id, predecessor));
        Assert.Equal(id, SealedId.TryOpen(known, StoredIds.DigestOf(id), predecessor));
        Assert.Equal("_qzNJc6Gfclg9huUd5VIVhSVaYtmAJ10sM5Yk7g4OFg", Base64Url.EncodeToString(StoredIds.BytesOf(StoredIds.DigestOf(id))));
    }

    [Theory]
    [InlineData("next", "before")]
    [InlineData("\ud800", "\udc00")]
    public void It_opens_with_its_predecessor_and_with_nothing_else(string id, string predecessor)
    {
        var sealedId = SealedId.Seal(id, predecessor);
        Assert.Equal(id, SealedId.TryOpen(sealedId, StoredIds.DigestOf(id), predecessor));
        Assert.Null(SealedId.TryOpen(sealedId, StoredIds.DigestOf(id), "other"));
        Assert.Null(SealedId.TryOpen(sealedId, StoredIds.DigestOf("other"), predecessor));
        Assert.Null(SealedId.TryOpen([], StoredIds.DigestOf(id), predecessor));
        Assert.Null(SealedId.TryOpen(sealedId.AsSpan(1), StoredIds.DigestOf(id), predecessor));
        for (var at = 0; at < sealedId.Length; at++)
        {
            var changed = sealedId.ToArray();
            changed[at] ^= 1;
            Assert.Null(SealedId.TryOpen(changed, StoredIds.DigestOf(id), predecessor));
        }
    }
}
