namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>The contract in memory alone.</summary>
public sealed class MemoryContractSpec : SessionsContract
{
    [Fact]
    public async Task No_file_is_written()
    {
        var sessions = await BeginAsync();
        await sessions.Client.CreateAsync("user1", Data());
        await sessions.Client.FlushAsync();
        await sessions.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Fact]
    public async Task No_path_is_needed_and_each_engine_has_sessions_of_its_own()
    {
        await using var first = await BeginAsync(o => o.JsonPath = "");
        await using var second = await BeginAsync(o => o.JsonPath = "");
        var id = await first.Client.CreateAsync("user1", Data());
        Assert.Null(await second.Client.GetAsync(id));
    }

    protected override async Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null)
    {
        var engine = await StartAsync(o =>
        {
            o.InMemory = true;
            configure?.Invoke(o);
        });
        return new Sessions(engine.Client, engine.Ref, engine.DisposeAsync);
    }
}
