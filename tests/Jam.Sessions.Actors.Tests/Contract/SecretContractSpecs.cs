using Jam.Sessions.Actors.Tests.Support;

namespace Jam.Sessions.Actors.Tests.Contract;

/// <summary>The contract on the JSON file, with the given secrets kept.</summary>
public abstract class SecretContract : SessionsContract
{
    protected abstract void Keep(JamSessionsOptions options);

    protected override async Task<Sessions> BeginAsync(Action<JamSessionsOptions>? configure = null)
    {
        var engine = await StartAsync(o =>
        {
            Keep(o);
            configure?.Invoke(o);
        });
        return new Sessions(engine.Client, engine.Ref, engine.DisposeAsync);
    }
}

/// <summary>The contract with hashed ids.</summary>
public sealed class HashedContractSpec : SecretContract
{
    protected override void Keep(JamSessionsOptions options) => options.IdsAtRest = IdsAtRest.Hashed;
}

/// <summary>The contract in memory alone, with hashed ids.</summary>
public sealed class HashedMemoryContractSpec : SecretContract
{
    protected override void Keep(JamSessionsOptions options) => (options.InMemory, options.IdsAtRest) = (true, IdsAtRest.Hashed);
}

/// <summary>The contract with jam's encryption and hashed ids.</summary>
public sealed class FernetContractSpec : SecretContract
{
    protected override void Keep(JamSessionsOptions options) =>
        (options.Encryption, options.SessionAesSecret, options.IdsAtRest) = (SessionEncryption.Fernet, TestKeys.First, IdsAtRest.Hashed);
}

/// <summary>The contract with records that are bound.</summary>
public sealed class AesGcmContractSpec : SecretContract
{
    protected override void Keep(JamSessionsOptions options) => (options.Encryption, options.SessionAesSecret) = (SessionEncryption.AesGcm, TestKeys.First);
}
