namespace Jam.Sessions.Actors.Cli.Tests.Support;

/// <summary>The modes of keeping secrets, by name: what xUnit shows.</summary>
internal static class Modes
{
    public const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public const string Another = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    public static TheoryData<string> All => ["plain", "hashed", "fernet", "fernet-hashed", "aes-gcm"];

    public static TheoryData<string> Encrypted => ["fernet", "fernet-hashed", "aes-gcm"];

    public static bool IsEncrypted(string mode) => mode is not ("plain" or "hashed");

    public static bool IsHashed(string mode) => mode is not ("plain" or "fernet");

    /// <summary>A host's options for it.</summary>
    public static void Set(JamSessionsOptions options, string mode, string secret = Secret)
    {
        options.IdsAtRest = IsHashed(mode) ? IdsAtRest.Hashed : IdsAtRest.Plain;
        options.Encryption = mode == "aes-gcm" ? SessionEncryption.AesGcm : IsEncrypted(mode) ? SessionEncryption.Fernet : SessionEncryption.None;
        options.SessionAesSecret = IsEncrypted(mode) ? secret : null;
    }
}
