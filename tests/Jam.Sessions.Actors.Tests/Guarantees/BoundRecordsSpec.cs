using System.Text;
using System.Text.Json.Nodes;
using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>With AES-GCM a record that was changed or moved is noticed when the file is opened and when it is asked for.</summary>
public sealed class BoundRecordsSpec : EngineTest
{
    [Fact]
    public async Task Every_changed_byte_of_a_record_is_noticed_or_changes_nothing_that_is_served()
    {
        var id = await WriteAsync();
        var file = File.ReadAllBytes(JsonPath);
        var record = Encoding.UTF8.GetString(file).IndexOf("\"1\": {", StringComparison.Ordinal);
        var end = Encoding.UTF8.GetString(file).IndexOf(", \"2\": {", StringComparison.Ordinal);
        var noticed = 0;
        for (var at = record; at < end; at++)
        {
            var changed = file.ToArray();
            changed[at] ^= 1;
            File.WriteAllBytes(JsonPath, changed);
            noticed += await IsNoticedAsync(id) ? 1 : 0;
        }

        Assert.Equal(end - record, noticed);
    }

    [Theory]
    [InlineData("key", "user2")]
    [InlineData("created_at", 1.5)]
    [InlineData("data of the other", null)]
    [InlineData("id of the other", null)]
    [InlineData("number", null)]
    [InlineData("max", 3e9)]
    [InlineData("seen", 1795694500.0)]
    public async Task What_is_moved_or_given_a_longer_life_is_noticed(string what, object? value)
    {
        var id = await WriteAsync();
        var root = JsonNode.Parse(File.ReadAllText(JsonPath))!;
        var (first, second) = ((JsonObject)root["_default"]!["1"]!, (JsonObject)root["_default"]!["2"]!);
        switch (what)
        {
            case "data of the other":
                (first["data"], second["data"]) = (second["data"]!.DeepClone(), first["data"]!.DeepClone());
                break;
            case "id of the other":
                (first["jam_sessions"]!["id"], second["jam_sessions"]!["id"]) = (second["jam_sessions"]!["id"]!.DeepClone(), first["jam_sessions"]!["id"]!.DeepClone());
                break;
            case "number":
                root["_default"]!.AsObject().Remove("1");
                root["_default"]!["9"] = first;
                break;
            case "max" or "seen":
                first["jam_sessions"]![what] = JsonValue.Create((double)value!);
                break;
            default:
                first[what] = JsonValue.Create(value);
                break;
        }

        File.WriteAllText(JsonPath, root.ToJsonString());
        Assert.True(await IsNoticedAsync(id));
    }

    [Fact]
    public async Task A_program_that_writes_the_same_values_in_other_words_changes_nothing()
    {
        var id = await WriteAsync();
        File.WriteAllText(JsonPath, JsonNode.Parse(File.ReadAllText(JsonPath))!.ToJsonString(new() { WriteIndented = true }));
        Assert.False(await IsNoticedAsync(id));
    }

    [Theory]
    [InlineData("""{"plain": true}""")]
    [InlineData("")]
    public async Task Plain_data_in_an_encrypted_file_is_not_served(string data)
    {
        var id = await WriteAsync();
        var root = JsonNode.Parse(File.ReadAllText(JsonPath))!;
        root["_default"]!["1"]!["data"] = data;
        File.WriteAllText(JsonPath, root.ToJsonString());
        Assert.True(await IsNoticedAsync(id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_id_that_was_put_beside_the_digest_or_in_its_place_opens_nothing_while_ids_may_be_hashed(bool beside)
    {
        const string Planted = "an-id-that-somebody-chose-and-knows";
        await WriteAsync();
        var root = JsonNode.Parse(File.ReadAllText(JsonPath))!;
        var first = root["_default"]!["1"]!.AsObject();
        first["session_id"] = Planted;
        if (!beside)
        {
            first["jam_sessions"]!.AsObject().Remove("id");
        }

        File.WriteAllText(JsonPath, root.ToJsonString());
        await using (var converting = await StartAsync(o => { Bound(o); o.AllowIdsToBeHashed = true; }))
        {
            await Assert.ThrowsAsync<SessionDataException>(async () => await converting.Client.GetAsync(Planted));
        }

        await using var again = await StartAsync(Bound);
        await Assert.ThrowsAsync<SessionDataException>(async () => await again.Client.GetAsync(Planted));
    }

    /// <summary>Nobody vouches for its key: a change would.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_kept_and_can_only_be_ended()
    {
        var id = await WriteAsync();
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"key\": \"user1\"", "\"key\": \"userX\"", StringComparison.Ordinal));
        await using (var engine = await StartAsync(Bound))
        {
            var client = engine.Client;
            await client.CreateAsync("user3", Data());
            await Assert.ThrowsAsync<SessionDataException>(() => client.UpdateAsync(id, Data()));
            await Assert.ThrowsAsync<SessionDataException>(() => client.PatchAsync(id, Data()));
            await Assert.ThrowsAsync<SessionDataException>(() => client.ReworkAsync(id));
            await Assert.ThrowsAsync<SessionDataException>(() => client.ReworkAsync(id, Data()));
            await Assert.ThrowsAsync<SessionDataException>(() => client.TouchAsync(id, new SessionLifetime(TimeSpan.FromDays(3))));
        }

        Assert.True(await IsNoticedAsync(id));
        await using var again = await StartAsync(Bound);
        Assert.True(await again.Client.DeleteAsync(id));
    }

    [Fact]
    public async Task A_file_whose_records_were_all_changed_is_not_said_to_be_of_another_key()
    {
        var id = await WriteAsync();
        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"key\": \"user", "\"key\": \"nobody", StringComparison.Ordinal));
        await using var engine = await StartAsync(Bound);
        await Assert.ThrowsAsync<SessionDataException>(() => engine.Client.GetAsync(id).AsTask());
    }

    [Theory]
    [InlineData(SessionEncryption.None)]
    [InlineData(SessionEncryption.Fernet)]
    public async Task A_plain_file_and_one_of_jams_are_converted_by_name_and_nothing_turns_that_back(SessionEncryption from)
    {
        string[] ids;
        await using (var engine = await StartAsync(o => (o.Encryption, o.SessionAesSecret) = (from, TestKeys.First)))
        {
            ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => engine.Client.CreateAsync($"user{i}", Data($$"""{"marker": {{i}}}"""))));
        }

        File.WriteAllText(JsonPath, File.ReadAllText(JsonPath).Replace("\"key\": \"user3\"", "\"mine\": 1, \"key\": \"user3\"", StringComparison.Ordinal));
        var before = File.ReadAllBytes(JsonPath);
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Bound));
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => { Bound(o); o.AllowIdsToBeHashed = true; }));
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => { Bound(o); (o.AllowPlainToEncrypted, o.AllowFernetToAesGcm) = (true, true); }));
        Assert.Equal(before, File.ReadAllBytes(JsonPath));

        await using (var engine = await StartAsync(o =>
        {
            Bound(o);
            o.AllowIdsToBeHashed = true;
            (o.AllowPlainToEncrypted, o.AllowFernetToAesGcm) = (from == SessionEncryption.None, from == SessionEncryption.Fernet);
        }))
        {
            var files = Directory.GetFiles(Folder).Select(file => Encoding.UTF8.GetString(OpenFiles.Read(file))).ToList();
            Assert.DoesNotContain(files, text => text.Contains("marker", StringComparison.Ordinal) || text.Contains("J$_", StringComparison.Ordinal) || ids.Any(id => text.Contains(id, StringComparison.Ordinal)));
        }

        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => (o.Encryption, o.IdsAtRest, o.SessionAesSecret) = (SessionEncryption.Fernet, IdsAtRest.Hashed, TestKeys.First)));
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(o => o.IdsAtRest = IdsAtRest.Hashed));
        await using var again = await StartAsync(Bound);
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal($$"""{"marker": {{i}}}""", (await again.Client.GetAsync(ids[i]))!.Data.Json);
        }
    }

    private static void Bound(JamSessionsOptions options) => (options.Encryption, options.SessionAesSecret) = (SessionEncryption.AesGcm, TestKeys.First);

    /// <summary>Two sessions, the first with everything that a record can have; its id.</summary>
    private async Task<string> WriteAsync()
    {
        await using var engine = await StartAsync(o => { Bound(o); o.ReworkGrace = TimeSpan.FromHours(1); });
        var id = await engine.Client.CreateAsync("user1", Data(), new SessionLifetime(TimeSpan.FromDays(1), TimeSpan.FromDays(2)));
        await engine.Client.CreateAsync("user2", Data("""{"user": 2}"""));
        return await engine.Client.ReworkAsync(id);
    }

    /// <summary>Whether the session is not served as it was: the start refuses the file, or the session cannot be read, or nobody finds it.</summary>
    private async Task<bool> IsNoticedAsync(string id)
    {
        JamSessions engine;
        try
        {
            engine = await StartAsync(o => { Bound(o); (o.ReworkGrace, o.SweepInterval) = (TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan); });
        }
        catch (Exception e) when (e is SessionStoreException or SessionSecretException)
        {
            return true;
        }

        var file = File.ReadAllBytes(JsonPath);
        try
        {
            return await engine.Client.GetAsync(id) is not { Key: "user1" } session || !session.Data.Equals(Data());
        }
        catch (SessionDataException e)
        {
            return e.Message.Contains("document", StringComparison.Ordinal);
        }
        finally
        {
            await engine.DisposeAsync();
            File.WriteAllBytes(JsonPath, file);
        }
    }
}
