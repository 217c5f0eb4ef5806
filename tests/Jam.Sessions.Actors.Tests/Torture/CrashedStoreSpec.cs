using Jam.Sessions.Actors.Tests.Support;
using Jam.Sessions.Actors.Torture;

namespace Jam.Sessions.Actors.Tests.Torture;

/// <summary>What the torture program asks of the store that a kill left, it does find where it is not so.</summary>
public sealed class CrashedStoreSpec : EngineTest
{
    private readonly Verdict _verdict = new();

    [Fact]
    public async Task A_store_of_each_mode_is_read_by_its_own_reader_and_by_no_other()
    {
        foreach (var mode in SecretMode.All)
        {
            var (path, id) = await WriteAsync(mode, mode.Name);
            var expected = new StoredSession(mode.StoredIdOf(id), "k", 1, 1, Payload.Text(1, "k", 1));
            Assert.Equal([expected], StoredSession.ReadFile(path, mode, mode.KeysOf(0)));
            foreach (var other in SecretMode.All.Where(other => (other.Encryption, other.IdsAtRest) != (mode.Encryption, mode.IdsAtRest)))
            {
                Assert.ThrowsAny<Exception>(() => Assert.Equal([expected], StoredSession.ReadFile(path, other, other.KeysOf(0))));
            }
        }
    }

    [Theory]
    [InlineData("ring")]
    [InlineData("aes-gcm")]
    public async Task A_token_of_another_key_or_another_record_is_not_read(string name)
    {
        var mode = SecretMode.TryParse(name)!.Single();
        var (path, _) = await WriteAsync(mode, name);
        Assert.Throws<InvalidDataException>(() => StoredSession.ReadFile(path, mode, SecretMode.Ring.KeysOf(1).Take(1).ToList()));
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"key\": \"k\"", "\"key\": \"l\"", StringComparison.Ordinal));
        if (mode == SecretMode.AesGcm)
        {
            Assert.Contains("belong", Assert.Throws<InvalidDataException>(() => StoredSession.ReadFile(path, mode, mode.KeysOf(0))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_id_that_is_dead_and_is_served_is_found()
    {
        var (path, id) = await WriteAsync(SecretMode.Hashed, "store");
        await using var crashed = await OpenAsync(path, SecretMode.Hashed);
        await crashed.RequireDeadAsync(["nobody's"]);
        Assert.True(_verdict.IsClean);
        await crashed.RequireDeadAsync([id]);
        Assert.Single(_verdict.Revived);
    }

    [Fact]
    public async Task A_rework_that_gives_no_successor_or_a_second_one_is_found()
    {
        var mode = SecretMode.WithGrace;
        var (path, id) = await WriteAsync(mode, "store");
        await using (var crashed = await OpenAsync(path, mode))
        {
            await crashed.RequireSuccessorsAsync([("nobody's", mode.StoredIdOf(id))], mode);
            Assert.Single(_verdict.Lost);

            // Its id was never reworked before: now it is.
            await crashed.RequireSuccessorsAsync([(id, mode.StoredIdOf(id))], mode);
            Assert.Equal(2, _verdict.HalfApplied.Count);
        }
    }

    [Fact]
    public async Task What_a_mode_keeps_out_of_files_is_found_in_them()
    {
        var (path, id) = await WriteAsync(SecretMode.Fernet, "store");
        foreach (var mode in SecretMode.All)
        {
            var ids = new IssuedIds(mode);
            ids.Hear(id);
            var expected = (mode.AreIdsHashed ? 1 : 0) + (mode.Encryption == SessionEncryption.AesGcm ? 1 : 0);
            Assert.Equal(expected, ids.LeaksIn(Path.GetDirectoryName(path)!).Count());
        }

        var plain = await WriteAsync(SecretMode.Plain, "plain");
        Assert.Single(new IssuedIds(SecretMode.Fernet).LeaksIn(Path.GetDirectoryName(plain.Path)!));
    }

    private async Task<(string Path, string Id)> WriteAsync(SecretMode mode, string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, folder)).FullName, "sessions.json");
        await using var engine = await JamSessions.StartAsync(System, mode.Engine(path));
        return (path, await engine.CreateAsync("k", SessionData.From(Payload.Text(1, "k", 1))));
    }

    private Task<CrashedStore> OpenAsync(string path, SecretMode mode) =>
        CrashedStore.OpenAsync(path, mode, start: 0, Path.Combine(Folder, "check"), new IssuedIds(mode), _verdict);
}
