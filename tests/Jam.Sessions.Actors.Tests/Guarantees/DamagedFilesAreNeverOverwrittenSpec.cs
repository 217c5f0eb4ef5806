using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 8. A damaged file is never overwritten; nor is one that somebody else changed.</summary>
public sealed class DamagedFilesAreNeverOverwrittenSpec : EngineTest
{
    [Theory]
    [InlineData("""{"_default": {"1": {"key": "a", "session_id": "b", "data": "{}", "created_at": 1.5}""", 83)]
    [InlineData("""{"_default": {}} x""", 17)]
    [InlineData("""[]""", 0)]
    [InlineData("""{"_default": null}""", 13)]
    [InlineData("\uFEFF{}", 0)]
    [InlineData("   ", 3)]
    public async Task The_start_fails_with_path_offset_and_what_to_do(string content, long offset)
    {
        File.WriteAllText(JsonPath, content);
        var before = File.ReadAllBytes(JsonPath);
        var e = await Assert.ThrowsAsync<SessionStoreCorruptException>(() => StartAsync());
        Assert.Equal((JsonPath, offset), (e.Path, e.Offset));
        Assert.Contains("Restore", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(JsonPath));
        Assert.Equal(["sessions.json", "sessions.json.lock"], Directory.GetFiles(Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_file_that_changed_while_the_engine_ran_is_left_alone_and_the_changes_stay_in_the_journal()
    {
        var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        var id = await engine.Client.CreateAsync("user2", Data());
        var original = File.ReadAllBytes(JsonPath);
        File.WriteAllText(JsonPath, """{"_default": {}}""");

        await Assert.ThrowsAnyAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        Assert.NotNull(await engine.Client.GetAsync(id));
        await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());
        Assert.Equal("""{"_default": {}}""", File.ReadAllText(JsonPath));

        var conflict = await Assert.ThrowsAsync<SessionStoreConflictException>(() => StartAsync());
        Assert.Equal(JsonPath, conflict.Path);
        Assert.Equal("""{"_default": {}}""", File.ReadAllText(JsonPath));

        File.WriteAllBytes(JsonPath, original);
        await using var again = await StartAsync();
        Assert.NotNull(await again.Client.GetAsync(id));
    }

    [Fact]
    public async Task A_file_that_was_only_touched_is_no_conflict()
    {
        await using var engine = await StartAsync();
        await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        await engine.Client.CreateAsync("user2", Data());
        File.SetLastWriteTimeUtc(JsonPath, File.GetLastWriteTimeUtc(JsonPath).AddHours(1));
        await engine.Client.FlushAsync();
        Assert.Contains("user2", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_in_place_of_the_file_and_a_missing_directory_are_clear_errors()
    {
        Directory.CreateDirectory(JsonPath);
        Assert.Contains("is a directory", (await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync())).Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<SessionStoreException>(() => StartAsync(o => o.JsonPath = Path.Combine(Folder, "no", "s.json")));
        Assert.Contains("does not exist; create it", missing.Message, StringComparison.Ordinal);
    }
}
