using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Makes the keys that the options ask for.</summary>
internal static class Secrets
{
    /// <summary>Null where nothing is encrypted.</summary>
    /// <exception cref="SessionSecretException">No usable key.</exception>
    public static KeyRing? RingOf(ResolvedOptions options)
    {
        if (options.EffectiveEncryption == SessionEncryption.None)
        {
            return null;
        }

        var first = FirstOf(options);
        if (string.IsNullOrWhiteSpace(first))
        {
            throw new SessionSecretException(
                $"{(options.IsSessionCrypt ? "is-session-crypt is on" : "encryption is not none")}, and session-aes-secret is empty. Set it, or session-aes-secret-file, or the environment variable JAM_SESSION_AES_SECRET.");
        }

        return KeyRing.FromKeys([first, .. PreviousOf(options)], options.EffectiveEncryption == SessionEncryption.AesGcm, options.TimeProvider);
    }

    /// <summary>The key that writes; empty where the options name none.</summary>
    /// <exception cref="SessionSecretException">Its file cannot be read.</exception>
    public static string FirstOf(ResolvedOptions options) =>
        options.SessionAesSecretFile.Length > 0 ? TextOf(options.SessionAesSecretFile, "session-aes-secret-file") : KeyOf(options.SessionAesSecret, KeyRing.NameOf(0));

    /// <summary>The keys that only read.</summary>
    /// <exception cref="SessionSecretException">The file of one cannot be read.</exception>
    public static IEnumerable<string> PreviousOf(ResolvedOptions options) => options.PreviousSessionAesSecrets.Select((secret, at) => KeyOf(secret, KeyRing.NameOf(at + 1)));

    /// <summary>A secret itself, or what the file that it names holds.</summary>
    private static string KeyOf(string secret, string option) => File.Exists(secret) ? TextOf(secret, option) : secret;

    /// <summary>What a file holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that names it.</param>
    /// <exception cref="SessionSecretException">It cannot be read.</exception>
    public static string TextOf(string path, string option)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SessionSecretException($"The file that {option} names cannot be read ({e.GetType().Name}).");
        }
    }
}
