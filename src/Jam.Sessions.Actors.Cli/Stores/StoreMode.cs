using Jam.Sessions.Actors.JsonFile;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cli.Stores;

/// <summary>How a store keeps secrets: what its file says of itself, or what its options ask for.</summary>
/// <param name="Encryption">Of data.</param>
/// <param name="AreIdsHashed">Whether only digests of ids are kept.</param>
internal sealed record StoreMode(SessionEncryption Encryption, bool AreIdsHashed)
{
    /// <summary>jam's own.</summary>
    public static readonly StoreMode None = new(SessionEncryption.None, AreIdsHashed: false);

    public bool IsEncrypted => Encryption != SessionEncryption.None;

    public string EncryptionName => Encryption switch
    {
        SessionEncryption.Fernet => "fernet",
        SessionEncryption.AesGcm => "aes-gcm",
        _ => "none",
    };

    public string IdsName => AreIdsHashed ? "hashed" : "plain";

    /// <summary>The host's options for it.</summary>
    public string AsOptions => $"encryption = {EncryptionName}, ids-at-rest = {IdsName}";

    /// <summary>The one that options ask for.</summary>
    public static StoreMode Of(ResolvedOptions options) => new(options.EffectiveEncryption, options.Rules().Ids.AreHashed);

    /// <summary>The one of a file that holds this; null where there is nothing in it that has one.</summary>
    public static StoreMode? Of(DataCounts counts) => counts.Plain + counts.Tokens + counts.PlainIds + counts.HashedIds == 0 ? null : new(
        counts.Bound > 0 ? SessionEncryption.AesGcm : counts.Fernet > 0 ? SessionEncryption.Fernet : SessionEncryption.None,
        counts.HashedIds > 0 || counts.Bound > 0);
}
