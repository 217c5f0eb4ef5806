namespace Jam.Sessions.Actors.Torture.Conversions;

/// <summary>A mode of a store, and another one that a start makes of it.</summary>
public sealed record Conversion(SecretMode From, SecretMode To)
{
    public static IReadOnlyList<Conversion> All { get; } =
    [
        new(SecretMode.Plain, SecretMode.Hashed), new(SecretMode.Plain, SecretMode.AesGcm), new(SecretMode.Fernet, SecretMode.AesGcm), new(SecretMode.Plain, SecretMode.Fernet),
    ];

    public override string ToString() => $"{From.Name} to {To.Name}";
}
