using System.Security.Cryptography;
using System.Text;
using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.Tests.Encryption;

/// <summary>Ids as memory and files hold them.</summary>
public sealed class StoredIdsSpec
{
    [Theory]
    [InlineData("x")]
    [InlineData("5f0d8b1e-6c0f-4a5e-9f7b-2b7c1d9e0a11")]
    [InlineData("ключ 🔑")]
    public void A_digest_is_the_SHA_256_of_the_ids_UTF_8(string id)
    {
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        Assert.Equal(expected, StoredIds.BytesOf(StoredIds.DigestOf(id)).ToArray());
        Assert.Equal(expected, StoredIds.BytesOf(StoredIds.Hashed.Of(id, stackalloc char[StoredIds.DigestLength])).ToArray());
    }

    [Fact]
    public void Long_ids_and_unpaired_surrogates_have_digests_of_their_own()
    {
        string[] ids = ["\ud800", "\ufffd", "\udc00", new string('x', 256), new string('x', 257), new string('é', 10_000), new string('é', 9_999) + "\ud800", ""];
        Assert.Equal(ids.Length, ids.Select(StoredIds.DigestOf).Distinct().Count());
    }

    [Fact]
    public void Plain_ids_are_kept_as_they_are()
    {
        var id = new string('x', 5);
        Assert.Same(id, StoredIds.Plain.Of(id));
        Assert.Equal(id, StoredIds.Plain.Of(id, default).ToString());
    }

    [Fact]
    public void A_file_holds_a_digest_as_base64url_and_takes_nothing_else_for_one()
    {
        var digest = StoredIds.DigestOf("id");
        var text = new byte[StoredIds.TextLength];
        Assert.Equal(StoredIds.TextLength, StoredIds.WriteText(digest, text));
        Assert.Equal(digest, StoredIds.ReadText(text));
        foreach (var other in new[] { "", "x", new string('A', 42), new string('A', 44), new string('A', 42) + "=", new string('A', 42) + "+", new string('A', 20) + "\n" + new string('A', 22) })
        {
            Assert.Null(StoredIds.ReadText(Encoding.ASCII.GetBytes(other)));
        }
    }

    /// <summary>How long a look-up takes tells nothing about an id: who guesses all but the last character is compared with nothing, as any other.</summary>
    [Fact]
    public void Ids_that_begin_alike_do_not_meet()
    {
        var id = SessionIds.UuidV4();
        var near = Enumerable.Range(0, id.Length).SelectMany(at => "0123456789abcdef".Select(c => string.Concat(id.AsSpan(0, at), $"{c}", id.AsSpan(at + 1)))).Where(other => other != id);
        Assert.DoesNotContain(near, other => SessionIds.HashOf(other) == SessionIds.HashOf(id));
    }
}
