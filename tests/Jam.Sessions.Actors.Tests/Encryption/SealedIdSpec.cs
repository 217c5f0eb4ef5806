using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>An id that only its predecessor opens.</summary>
public sealed class SealedIdSpec
{
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
