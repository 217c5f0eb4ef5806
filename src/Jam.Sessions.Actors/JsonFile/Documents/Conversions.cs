namespace Jam.Sessions.Actors.JsonFile;

/// <summary>What a file may be made into when it is opened, each asked for by name.</summary>
[Flags]
internal enum Conversions
{
    None = 0,

    /// <summary>Plain data is encrypted.</summary>
    PlainToEncrypted = 1,

    /// <summary>Data that jam's Fernet encrypted is bound to its record.</summary>
    FernetToAesGcm = 2,

    /// <summary>Of ids only digests are kept.</summary>
    IdsToHashed = 4,
}
