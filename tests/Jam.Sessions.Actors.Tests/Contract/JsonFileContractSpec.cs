namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>The contract on the JSON file.</summary>
public sealed class JsonFileContractSpec : SessionsContract
{
    [Fact]
    public async Task With_encryption_on_ids_are_tokens()
    {
        await using var sessions = await BeginAsync(o => (o.IsSessionCrypt, o.SessionAesSecret) = (true, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="));
        var id = await sessions.Client.CreateAsync("user1", Data());
        Assert.StartsWith("J$_", id, StringComparison.Ordinal);
        Assert.Equal(id, (await sessions.Client.GetAsync(id))!.Id);
    }

    protected override async Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null)
    {
        var engine = await StartAsync(configure);
        return new Sessions(engine.Client, engine.Ref, engine.DisposeAsync);
    }
}
