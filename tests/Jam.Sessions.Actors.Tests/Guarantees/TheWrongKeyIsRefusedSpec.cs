using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 7. The wrong key is refused at start, before anything is written.</summary>
public sealed class TheWrongKeyIsRefusedSpec : EngineTest
{
    private const string Key = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    private const string OtherKey = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    [Fact]
    public async Task Another_key_is_refused_and_the_file_stays_as_it_is()
    {
        string id;
        await using (var engine = await StartAsync(Encrypted(Key)))
        {
            id = await engine.Client.CreateAsync("user1", Data("""{"n": 1}"""));
            Assert.StartsWith("J$_", id, StringComparison.Ordinal);
        }

        var before = File.ReadAllBytes(JsonPath);
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Encrypted(OtherKey)));
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync());
        Assert.Equal(before, File.ReadAllBytes(JsonPath));
        Assert.DoesNotContain("\"n\"", File.ReadAllText(JsonPath), StringComparison.Ordinal);

        await using var again = await StartAsync(Encrypted(Key));
        Assert.Equal("""{"n": 1}""", (await again.Client.GetAsync(id))!.Data.Json);
    }

    [Fact]
    public async Task Another_key_is_refused_also_where_only_the_journal_holds_sessions()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk, Encrypted(Key));
        await engine.Client.CreateAsync("user1", Data());
        disk.Fail("Rename");
        await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());
        Assert.False(File.Exists(JsonPath));

        var before = Directory.GetFiles(Folder).Order().ToList();
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Encrypted(OtherKey)));
        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync());
        Assert.Equal(before, Directory.GetFiles(Folder).Order());
    }

    [Fact]
    public async Task A_plain_file_is_refused_unless_the_host_asks_for_the_migration()
    {
        string id;
        await using (var engine = await StartAsync())
        {
            id = await engine.Client.CreateAsync("user1", Data("""{"secret": "plain"}"""));
        }

        await Assert.ThrowsAsync<SessionSecretException>(() => StartAsync(Encrypted(Key)));
        await using (var engine = await StartAsync(o => { Encrypted(Key)(o); o.AllowPlainToEncrypted = true; }))
        {
            Assert.Equal("""{"secret": "plain"}""", (await engine.Client.GetAsync(id))!.Data.Json);
        }

        Assert.DoesNotContain("secret", File.ReadAllText(JsonPath), StringComparison.Ordinal);
        await using var again = await StartAsync(Encrypted(Key));
        Assert.Equal("""{"secret": "plain"}""", (await again.Client.GetAsync(id))!.Data.Json);
    }

    private static Action<JamSessionsOptions> Encrypted(string key) => o => (o.IsSessionCrypt, o.SessionAesSecret) = (true, key);
}
