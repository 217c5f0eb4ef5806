using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Guarantees;

/// <summary>Guarantee 4 on a file system that is really full.</summary>
public sealed class FullDiskSpec : EngineTest
{
    private const int Users = 5;

    private readonly Dictionary<string, string> _told = [];
    private readonly List<string> _gone = [];
    private int _writes;

    [SmallDiskFact]
    public async Task A_full_disk_fails_the_callers_and_nothing_else_until_there_is_room()
    {
        using var disk = new SmallDisk(kilobytes: 1024);
        disk.Fill(kilobytes: 512);
        await using (var engine = await StartOnAsync(disk))
        {
            await WriteUntilFullAsync(engine);
            disk.Fill();
            await AssertRefusesAsync(engine, times: 20);
            Assert.True(Directory.GetFiles(disk.Path).Length < 6, "what failed leaves files behind");

            disk.Free();
            await ChangeAsync(engine);
            await engine.Client.FlushAsync();
            await AssertHasWhatWasToldAsync(engine);
        }

        Assert.Equal(["sessions.json", "sessions.json.lock"], Directory.GetFiles(disk.Path).Select(Path.GetFileName).Order());
        await using var again = await StartOnAsync(disk);
        await AssertHasWhatWasToldAsync(again);
        await AssertHasNothingElseAsync(again);
    }

    [SmallDiskFact]
    public async Task An_engine_that_ends_on_a_full_disk_has_lost_nothing()
    {
        using var disk = new SmallDisk(kilobytes: 1024);
        disk.Fill(kilobytes: 512);
        var engine = await StartOnAsync(disk);
        await WriteUntilFullAsync(engine);
        disk.Fill();
        await AssertRefusesAsync(engine, times: 1);

        // Whether the JSON file still has room depends on what the refused writes left of it.
        var shortfall = await Record.ExceptionAsync(async () => await engine.DisposeAsync());
        Assert.True(shortfall is null or SessionStoreException, $"{shortfall}");
        disk.Free();
        await using var again = await StartOnAsync(disk);
        await AssertHasWhatWasToldAsync(again);
        await ChangeAsync(again);
        await AssertHasNothingElseAsync(again);
    }

    [SmallDiskFact]
    public async Task A_start_on_a_full_disk_fails_and_can_be_repeated_once_there_is_room()
    {
        using var disk = new SmallDisk(kilobytes: 256);
        disk.Fill();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var refused = await Assert.ThrowsAsync<SessionStoreException>(() => StartOnAsync(disk));
            Assert.Contains("No space left", refused.Message, StringComparison.Ordinal);
        }

        disk.Free();
        await using var engine = await StartOnAsync(disk);
        await CreateAsync(engine);
        await AssertHasWhatWasToldAsync(engine);
    }

    private Task<JamSessions> StartOnAsync(SmallDisk disk) => StartAsync(o => o.JsonPath = disk.File("sessions.json"));

    private async Task WriteUntilFullAsync(JamSessions engine)
    {
        while (await Record.ExceptionAsync(() => _told.Count % 3 == 2 ? ChangeAsync(engine) : CreateAsync(engine)) is not SessionStoreException)
        {
            Assert.True(_writes < 1000, "the disk does not run full");
        }

        Assert.True(_told.Count > 10);
    }

    private async Task CreateAsync(JamSessions engine)
    {
        var data = NextData();
        _told[await engine.Client.CreateAsync($"user{_writes % Users}", Data(data))] = data;
    }

    /// <summary>One of each: an update, a rework and a delete, each of a session of its own.</summary>
    private async Task ChangeAsync(JamSessions engine)
    {
        var (updated, reworked, deleted) = (_told.Keys.First(), _told.Keys.ElementAt(1), _told.Keys.Last());
        var data = NextData();
        await engine.Client.UpdateAsync(updated, Data(data));
        _told[updated] = data;
        var id = await engine.Client.ReworkAsync(reworked);
        _gone.Add(reworked);
        _told.Remove(reworked, out var kept);
        _told[id] = kept!;
        await engine.Client.DeleteAsync(deleted);
        _gone.Add(deleted);
        _told.Remove(deleted);
        await CreateAsync(engine);
        await CreateAsync(engine);
    }

    private async Task AssertRefusesAsync(JamSessions engine, int times)
    {
        var id = _told.Keys.First();
        for (var attempt = 0; attempt < times; attempt++)
        {
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.CreateAsync("user1", Data()));
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.UpdateAsync(id, Data()));
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.ReworkAsync(id));
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.DeleteAsync(id));
            await Assert.ThrowsAsync<SessionStoreException>(() => engine.Client.FlushAsync());
        }

        await AssertHasWhatWasToldAsync(engine);
    }

    private async Task AssertHasWhatWasToldAsync(JamSessions engine)
    {
        foreach (var (id, data) in _told)
        {
            Assert.Equal(data, (await engine.Client.GetAsync(id))!.Data.Json);
        }

        foreach (var id in _gone)
        {
            Assert.Null(await engine.Client.GetAsync(id));
        }
    }

    private async Task AssertHasNothingElseAsync(JamSessions engine)
    {
        var count = 0;
        for (var user = 0; user < Users; user++)
        {
            count += await engine.Client.ClearAsync($"user{user}");
        }

        Assert.Equal(_told.Count, count);
    }

    private string NextData() => $$"""{"n": {{++_writes}}, "text": "{{new string('x', _writes * 791 % 9000)}}"}""";
}
