using System.Runtime.Versioning;
using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 4. A fault stays where it is.</summary>
public sealed class FaultsStayWhereTheyAreSpec : EngineTest
{
    [Theory]
    [InlineData("Write")]
    [InlineData("Sync")]
    [InlineData("Write", "Create")]
    [InlineData("Sync", "Create", "SyncDirectory")]
    public async Task A_disk_that_refuses_fails_the_callers_and_nothing_else(params string[] operations)
    {
        var disk = new FaultyDisk();
        string kept, made;
        await using (var engine = await StartOnAsync(disk))
        {
            kept = await engine.Client.CreateAsync("user1", Data("""{"v": 1}"""));

            disk.Fail(operations);
            for (var attempt = 0; attempt < 3; attempt++)
            {
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.UpdateAsync(kept, Data("""{"v": 2}""")));
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Ref.Ask<string>(new CreateSession("user1", Data())));
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.DeleteAsync(kept));
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.ReworkAsync(kept));
                await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.ClearAsync("user1"));
                Assert.Equal("""{"v": 1}""", (await engine.Client.GetAsync(kept))!.Data.Json);
            }

            Assert.True(Directory.GetFiles(Folder).Length <= 2, "what failed leaves files behind");
            disk.Heal();
            made = await engine.Client.CreateAsync("user1", Data("""{"v": 3}"""));
            Assert.Equal(2, (await CountAsync(engine, kept, made)));
        }

        await using var again = await StartAsync();
        Assert.Equal("""{"v": 1}""", (await again.Client.GetAsync(kept))!.Data.Json);
        Assert.Equal("""{"v": 3}""", (await again.Client.GetAsync(made))!.Data.Json);
        Assert.Equal(2, await again.Client.ClearAsync("user1"));
    }

    [Theory]
    [InlineData("Sync")]
    [InlineData("Rename")]
    public async Task Callers_that_share_a_fault_get_an_exception_each(string operation)
    {
        var disk = new FaultyDisk();
        await using var engine = await StartOnAsync(disk);
        await engine.Client.CreateAsync("user1", Data());
        disk.Fail(operation);
        var calls = Enumerable.Range(0, 8).Select(i => operation == "Sync" ? engine.Client.CreateAsync($"user{i % 2}", Data()) : engine.Client.FlushAsync());
        var faults = await Task.WhenAll(calls.Select(call => Record.ExceptionAsync(() => call)));
        disk.Heal();
        Assert.All(faults, fault => Assert.IsType<SessionStoreException>(fault));
        Assert.Equal(faults.Length, faults.Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public async Task A_replay_that_the_disk_would_not_note_is_told_at_the_next_use()
    {
        var (disk, time) = (new FaultyDisk(), new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero)));
        await using var engine = await StartOnAsync(disk, o => (o.TimeProvider, o.ReworkGrace, o.OnReplay) = (time, TimeSpan.Zero, ReplayPolicy.EndSession));
        var first = await engine.Client.CreateAsync("user1", Data());
        var second = await engine.Client.ReworkAsync(first);
        disk.Fail("Sync", "Create");
        Assert.Null(await engine.Client.GetAsync(first));

        // Behind the note, and so answered after it.
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.UpdateAsync(second, Data()));
        disk.Heal();
        Assert.NotNull(await engine.Client.GetAsync(second));
        Assert.Null(await engine.Client.GetAsync(first));
        await Assert.ThrowsAsync<SessionNotFoundException>(() => engine.Client.UpdateAsync(second, Data()));
    }

    [Fact]
    public async Task What_a_failed_write_left_on_the_disk_does_not_come_back_once_another_one_worked()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        var kept = await engine.Client.CreateAsync("user1", Data("""{"v": 1}"""));

        // The whole line reaches the disk, and then the sync fails: the worst case, since the line would be replayed.
        disk.Fail("Sync");
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.DeleteAsync(kept));
        disk.Heal();
        var other = await engine.Client.CreateAsync("user2", Data());

        var copy = CopyFiles();
        await using var recovered = await StartAsync(o => o.JsonPath = copy);
        Assert.NotNull(await recovered.Client.GetAsync(kept));
        Assert.NotNull(await recovered.Client.GetAsync(other));
        await engine.DisposeAsync();
    }

    [Theory]
    [InlineData("Rename")]
    [InlineData("Create")]
    [InlineData("SyncDirectory")]
    public async Task A_snapshot_that_fails_loses_nothing_and_works_later(string operation)
    {
        var disk = new FaultyDisk();
        await using var engine = await StartOnAsync(disk);
        var id = await engine.Client.CreateAsync("user1", Data());
        disk.Fail(operation);
        await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        Assert.NotNull(await engine.Client.GetAsync(id));

        var copy = CopyFiles();
        await using (var recovered = await StartAsync(o => o.JsonPath = copy))
        {
            Assert.NotNull(await recovered.Client.GetAsync(id));
        }

        disk.Heal();
        await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        Assert.Contains(id, File.ReadAllText(JsonPath), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder, "sessions.json.tmp"));
    }

    [PermissionsFact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_that_may_not_be_written_refuses_snapshots_and_loses_nothing()
    {
        var permissions = File.GetUnixFileMode(Folder);
        await using var engine = await StartAsync();
        var id = await engine.Client.CreateAsync("user1", Data("""{"v": 1}"""));
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await engine.Client.UpdateAsync(id, Data("""{"v": 2}"""));
        var refused = await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        Assert.IsType<UnauthorizedAccessException>(refused.InnerException);
        Assert.Equal("""{"v": 2}""", (await engine.Client.GetAsync(id))!.Data.Json);

        File.SetUnixFileMode(Folder, permissions);
        await engine.Client.UpdateAsync(id, Data("""{"v": 3}"""));
        await engine.Client.FlushAsync();
        Assert.Contains(id, File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Durability.Durable)]
    [InlineData(Durability.Relaxed)]
    public async Task A_fault_that_nobody_foresaw_is_answered_too_and_does_not_end_all_writing(Durability durability)
    {
        var disk = new FaultyDisk();
        await using var engine = await StartOnAsync(disk, o => (o.Durability, o.FlushInterval) = (durability, TimeSpan.FromMilliseconds(1)));
        var id = await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        disk.Before = (_, _) => throw new InvalidOperationException("not a disk fault");
        if (durability == Durability.Durable)
        {
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.DeleteAsync(id));
        }
        else
        {
            await engine.Client.CreateAsync("user1", Data());
        }

        disk.Heal();
        var later = await engine.Client.CreateAsync("user1", Data());
        await engine.Client.FlushAsync();
        Assert.Contains(later, File.ReadAllText(JsonPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_at_the_end_that_nobody_foresaw_does_not_keep_the_end_waiting()
    {
        var disk = new FaultyDisk();
        var engine = await StartOnAsync(disk);
        var id = await engine.Client.CreateAsync("user1", Data());
        disk.Before = (_, _) => throw new InvalidOperationException("not a disk fault");
        await Assert.ThrowsAsync<SessionStoreException>(async () => await engine.DisposeAsync());
        await using var again = await StartAsync();
        Assert.NotNull(await again.Client.GetAsync(id));
    }

    [Fact]
    public async Task An_id_factory_that_throws_fails_that_one_call()
    {
        var isBroken = true;
        await using var engine = await StartAsync(o => o.IdFactory = () => isBroken ? throw new InvalidOperationException("no entropy") : SessionIds.Random256());
        var e = await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.CreateAsync("user1", Data()));
        Assert.IsType<InvalidOperationException>(e.InnerException);
        isBroken = false;
        var id = await engine.Client.CreateAsync("user1", Data());
        isBroken = true;
        await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.ReworkAsync(id));
        Assert.NotNull(await engine.Client.GetAsync(id));
    }

    [Fact]
    public async Task An_id_factory_that_repeats_itself_is_asked_again_and_then_fails_that_one_call()
    {
        var ids = new Queue<string>(["a", "a", "b", "a", "b", "a", "b", "a", "c"]);
        await using var engine = await StartAsync(o => o.IdFactory = ids.Dequeue);
        Assert.Equal("a", await engine.Client.CreateAsync("user1", Data()));
        Assert.Equal("b", await engine.Client.CreateAsync("user2", Data()));
        await Assert.ThrowsAsync<SessionIdFactoryException>(() => engine.Client.CreateAsync("user3", Data()));
        Assert.Equal("c", await engine.Client.CreateAsync("user3", Data()));
    }

    [Fact]
    public async Task Data_that_is_too_large_is_refused_and_the_session_keeps_what_it_had()
    {
        await using var engine = await StartAsync(o => o.MaxDataBytes = 100);
        var id = await engine.Client.CreateAsync("user1", Data());
        var large = Data($$"""{"a": "{{new string('x', 100)}}"}""");
        await Assert.ThrowsAsync<SessionDataException>(() => engine.Ref.Ask<Done>(new UpdateSession(id, large)));
        await Assert.ThrowsAsync<SessionDataException>(() => engine.Client.UpdateAsync(id, large));
        await Assert.ThrowsAsync<SessionDataException>(() => engine.Ref.Ask<string>(new CreateSession("user1", large)));
        Assert.Equal(Data(), (await engine.Client.GetAsync(id))!.Data);
    }

    [Fact]
    public async Task Relaxed_durability_keeps_what_it_acknowledged_in_memory_until_the_disk_takes_it()
    {
        var disk = new FaultyDisk();
        string first, second;
        await using (var engine = await StartOnAsync(disk, o => (o.Durability, o.FlushInterval) = (Durability.Relaxed, TimeSpan.FromMilliseconds(1))))
        {
            disk.Fail("Sync", "Create");
            first = await engine.Client.CreateAsync("user1", Data());
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.CreateAsync("user1", Data()));
            Assert.NotNull(await engine.Client.GetAsync(first));
            disk.Heal();
            second = await engine.Client.CreateAsync("user1", Data());
        }

        await using var again = await StartAsync();
        Assert.Equal(2, await CountAsync(again, first, second));
    }

    private static async Task<int> CountAsync(JamSessions engine, params string[] ids)
    {
        var count = 0;
        foreach (var id in ids)
        {
            count += await engine.Client.GetAsync(id) is null ? 0 : 1;
        }

        return count;
    }

    /// <summary>What a crash at this instant would leave: the files as they are, without the lock.</summary>
    private string CopyFiles()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $"copy-{Directory.GetDirectories(Folder).Length}")).FullName;
        foreach (var file in Directory.GetFiles(Folder, "sessions.json*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            OpenFiles.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, "sessions.json");
    }
}
