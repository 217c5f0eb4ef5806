using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>Makes the cipher that the options ask for.</summary>
internal static class Secrets
{
    /// <summary>Null where nothing is encrypted.</summary>
    /// <exception cref="SessionSecretException">No usable key.</exception>
    public static Fernet? FernetOf(ResolvedOptions options)
    {
        if (!options.IsSessionCrypt)
        {
            return null;
        }

        var secret = options.SessionAesSecret;
        if (string.IsNullOrWhiteSpace(secret))
        {
            throw new SessionSecretException("is-session-crypt is on, and session-aes-secret is empty. Set it, or the environment variable JAM_SESSION_AES_SECRET.");
        }

        try
        {
            return Fernet.FromKey(File.Exists(secret) ? File.ReadAllText(secret, Encoding.UTF8).Trim() : secret, options.TimeProvider);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SessionSecretException($"The file that session-aes-secret names cannot be read ({e.GetType().Name}).");
        }
    }
}
