using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 6. Two processes, one file: the second is refused, and the error names the holder.</summary>
public sealed class OneFileOneProcessSpec : EngineTest
{
    [Fact]
    public async Task The_second_engine_is_refused_and_learns_who_has_the_file()
    {
        var first = await StartAsync();
        var refused = await Assert.ThrowsAsync<SessionStoreLockedException>(() => StartAsync());
        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", refused.Holder, StringComparison.Ordinal);
        Assert.Contains(refused.Holder, refused.Message, StringComparison.Ordinal);
        Assert.Equal(JsonPath, refused.Path);
        Assert.StartsWith($"{JsonPath} is in use by ", refused.Message, StringComparison.Ordinal);

        await first.DisposeAsync();
        await using var next = await StartAsync();
        Assert.NotNull(await next.Client.CreateAsync("user1", Data()));
    }

    [Fact]
    public async Task A_symbolic_link_leads_to_the_same_lock_and_stays_a_link()
    {
        var link = Path.Combine(Folder, "link.json");
        File.WriteAllText(JsonPath, "{}");
        File.CreateSymbolicLink(link, JsonPath);
        await using (var first = await StartAsync(o => o.JsonPath = link))
        {
            await Assert.ThrowsAsync<SessionStoreLockedException>(() => StartAsync());
            await first.Client.CreateAsync("user1", Data());
        }

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Contains("user1", File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lock_file_that_somebody_removed_or_replaced_lets_no_second_engine_in(bool isReplaced)
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        await AssertRefusedAsync();
        var id = await engine.Client.CreateAsync("user1", Data());
        await AssertRefusedAsync();

        disk.Fail("Sync", "Create");
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.DeleteAsync(id));
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        await AssertRefusedAsync();

        disk.Heal();
        await engine.Client.FlushAsync();
        await AssertRefusedAsync();

        var other = await engine.Client.CreateAsync("user1", Data());
        await engine.DisposeAsync();
        await using var next = await StartAsync();
        Assert.NotNull(await next.Client.GetAsync(id));
        Assert.NotNull(await next.Client.GetAsync(other));

        async Task AssertRefusedAsync()
        {
            File.Delete($"{JsonPath}.lock");
            if (isReplaced)
            {
                File.WriteAllText($"{JsonPath}.lock", "somebody");
            }

            var before = Directory.GetFiles(Folder).Except([$"{JsonPath}.lock"]).Order().ToList();
            var refused = await Assert.ThrowsAsync<SessionStoreLockedException>(() => StartAsync());
            Assert.Equal(JsonPath, refused.Path);
            Assert.Contains("journal", refused.Holder, StringComparison.Ordinal);
            Assert.Equal(before, Directory.GetFiles(Folder).Except([$"{JsonPath}.lock"]).Order());
        }
    }
}
