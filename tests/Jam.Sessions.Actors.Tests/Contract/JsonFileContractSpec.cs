namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>The contract on the JSON file.</summary>
public sealed class JsonFileContractSpec : SessionsContract
{
    protected override async Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null)
    {
        var engine = await StartAsync(configure);
        return new Sessions(engine.Client, engine.Ref, engine.DisposeAsync);
    }
}
