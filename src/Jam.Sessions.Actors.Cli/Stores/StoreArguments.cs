namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>What the command line says of a store. Plain texts: nothing of the engine is loaded for them.</summary>
internal sealed record StoreArguments
{
    public string? File { get; init; }

    /// <summary>The store that a fresh backup is of, to be named in its place; null: it is the store itself.</summary>
    public string? BackupOf { get; init; }

    public string? Config { get; init; }

    public string? Store { get; init; }

    public string? Socket { get; init; }

    public string? SecretFile { get; init; }

    public IReadOnlyList<string> PreviousSecretFiles { get; init; } = [];
}
