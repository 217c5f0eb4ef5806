using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>A key is changed without signing anybody out, and is of no use afterwards.</summary>
public sealed class KeyRotationSpec : EngineTest
{
    [Theory]
    [InlineData(SessionEncryption.Fernet)]
    [InlineData(SessionEncryption.AesGcm)]
    public async Task After_a_rotation_no_data_is_readable_with_the_old_key_and_all_with_the_new_one(SessionEncryption encryption)
    {
        string[] ids;
        await using (var engine = await StartAsync(With(encryption, TestKeys.First)))
        {
            ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => engine.Client.CreateAsync($"user{i}", Data($$"""{"n": {{i}}}"""))));
        }

        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"key\": \"user3\"", "\"mine\": 1, \"key\": \"user3\"", StringComparison.Ordinal));
        await using (var engine = await StartAsync(With(encryption, TestKeys.Second, TestKeys.First)))
        {
            // The rewrite that the start began is over when a flush is.
            await engine.Client.FlushAsync();
            Assert.Equal(0, ReadableWith(TestKeys.First, encryption));
        }

        await using var rotated = await StartAsync(With(encryption, TestKeys.Second));
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal($$"""{"n": {{i}}}""", (await rotated.Client.GetAsync(ids[i]))!.Data.Json);
        }

        Assert.Contains("\"mine\": 1", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await rotated.DisposeAsync();
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(With(encryption, TestKeys.First)));
    }

    [Fact]
    public async Task What_was_written_with_a_key_that_is_not_in_the_ring_is_kept_and_the_rest_is_served()
    {
        var (lost, kept) = ("", "");
        await using (var engine = await StartAsync(With(SessionEncryption.Fernet, TestKeys.First)))
        {
            lost = await engine.Client.CreateAsync("user1", Data());
        }

        var foreign = File.ReadAllText(JsonPath).Split("\"1\": ")[1].TrimEnd('}') + "}";
        File.Delete(JsonPath);
        await using (var engine = await StartAsync(With(SessionEncryption.Fernet, TestKeys.Second)))
        {
            kept = await engine.Client.CreateAsync("user2", Data());
        }

        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath)[..^2] + $", \"7\": {foreign}}}}}");
        await using (var engine = await StartAsync(With(SessionEncryption.Fernet, TestKeys.Third, TestKeys.Second)))
        {
            Assert.NotNull(await engine.Client.GetAsync(kept));
            var fault = await Assert.ThrowsAsync<SessionDataException>(() => engine.Client.GetAsync(lost).AsTask());
            Assert.Contains("document 7", fault.Message, StringComparison.Ordinal);
        }

        await using var found = await StartAsync(With(SessionEncryption.Fernet, TestKeys.Third, TestKeys.First));
        Assert.NotNull(await found.Client.GetAsync(lost));
    }

    [Fact]
    public async Task Keys_come_from_files_and_hocon_and_a_bad_one_is_named_and_not_shown()
    {
        var path = Path.Combine(Folder, "secret");
        File.WriteAllText(path, TestKeys.First + "\n");
        string id;
        await using (var engine = await StartAsync(o => (o.Encryption, o.SessionAesSecretFile) = (SessionEncryption.AesGcm, path)))
        {
            id = await engine.Client.CreateAsync("user1", Data());
        }

        await using (var engine = await StartAsync(With(SessionEncryption.AesGcm, TestKeys.Second, path)))
        {
            Assert.NotNull(await engine.Client.GetAsync(id));
        }

        var bad = await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(With(SessionEncryption.AesGcm, TestKeys.Second, "hunter2")));
        Assert.Contains("previous-session-aes-secrets", bad.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", bad.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => (o.Encryption, o.SessionAesSecretFile) = (SessionEncryption.AesGcm, path + "-none")));
        await Assert.ThrowsAsync<JamSessionsOptionsException>(() => StartAsync(o => (o.Encryption, o.SessionAesSecret, o.SessionAesSecretFile) = (SessionEncryption.AesGcm, TestKeys.First, path)));
    }

    private static Action<JamSessionsOptions> With(SessionEncryption encryption, string secret, params string[] previous) =>
        o => (o.Encryption, o.SessionAesSecret, o.PreviousSessionAesSecrets) = (encryption, secret, previous);

    /// <summary>How many tokens of data in the folder a key can read, or says that it made.</summary>
    private int ReadableWith(string key, SessionEncryption encryption)
    {
        var ring = KeyRing.FromKeys([key], encryption == SessionEncryption.AesGcm, TimeProvider.System);
        return Directory.GetFiles(Folder)
            .SelectMany(file => Encoding.UTF8.GetString(OpenFiles.Read(file)).Split("\"data\": \"").Skip(1))
            .Count(data => Encoding.UTF8.GetBytes(data.Split('"')[0]) is var token && (ring.TryDecrypt(token, default, out _) is not null || ring.Made(token)));
    }
}
