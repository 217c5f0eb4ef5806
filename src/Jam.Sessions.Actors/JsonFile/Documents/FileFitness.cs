using Jam.Sessions.Actors.Encryption;

namespace Jam.Sessions.Actors.JsonFile;

/// <summary>Whether what a file was found to hold is what the options say of it, and what it is made into where they ask for that.</summary>
internal static class FileFitness
{
    /// <summary>What the file is made into; null where it stays what it is.</summary>
    public static string? ConversionOf(DataCounts found, KeyRing? ring, Conversions conversions, StoredIds ids)
    {
        var parts = new List<string>();
        if (ring is not null && conversions.HasFlag(Conversions.PlainToEncrypted) && found.Plain > 0)
        {
            parts.Add("its plain data is encrypted");
        }

        if (ring is { IsBound: true } && conversions.HasFlag(Conversions.FernetToAesGcm) && found.Fernet > 0)
        {
            parts.Add("its data is bound to its records");
        }

        if (ids.AreHashed && found.PlainIds > 0)
        {
            parts.Add("its ids are hashed");
        }

        return parts.Count > 0 ? string.Join(", ", parts) : null;
    }

    /// <summary>Why the secret or the mode cannot be the right one, with the file as the subject and what to do; null where they can.</summary>
    public static string? WhyUnfit(DataCounts found, KeyRing? ring, Conversions conversions, StoredIds ids) =>
        WhyDataUnfit(found, ring, conversions) ?? WhyIdsUnfit(found, conversions, ids);

    private static string? WhyDataUnfit(DataCounts found, KeyRing? ring, Conversions conversions)
    {
        if (ring is null)
        {
            return found.Fernet > 0 ? "holds encrypted sessions; set is-session-crypt = true and session-aes-secret."
                : found.Bound > 0 ? "holds sessions that are encrypted with AES-GCM; set encryption = aes-gcm and session-aes-secret."
                : null;
        }

        if (ring.IsBound && found is { Bound: 0, Fernet: > 0 } && !conversions.HasFlag(Conversions.FernetToAesGcm))
        {
            return "is encrypted as jam does it, and encryption is aes-gcm. Set allow-fernet-to-aes-gcm = on to convert it.";
        }

        if (!ring.IsBound && found is { Bound: > 0, Fernet: 0 })
        {
            return "is encrypted with AES-GCM, which jam cannot read and nothing turns back; set encryption = aes-gcm.";
        }

        if (found is { Tokens: > 0, Read: 0, Changed: 0 })
        {
            return ring.Count == 1 ? "was encrypted with another key than session-aes-secret." : "was encrypted with another key than session-aes-secret and previous-session-aes-secrets.";
        }

        return found is { Tokens: 0, Plain: > 0 } && !conversions.HasFlag(Conversions.PlainToEncrypted)
            ? $"is not encrypted, and {(ring.IsBound ? "encryption is aes-gcm" : "is-session-crypt is on")}. Set allow-plain-to-encrypted = on to encrypt it."
            : null;
    }

    private static string? WhyIdsUnfit(DataCounts found, Conversions conversions, StoredIds ids) => ids.AreHashed
        ? found.PlainIds > 0 && !conversions.HasFlag(Conversions.IdsToHashed)
            ? found.HashedIds > 0
                ? $"holds {found.PlainIds} session ids as they are beside {found.HashedIds} digests: jam has added them, or somebody who wants to be signed in by them. Take them out; or, if they are jam's, set allow-ids-to-be-hashed = on for one start."
                : $"holds {found.PlainIds} session ids as they are, and ids-at-rest is hashed. Set allow-ids-to-be-hashed = on to keep only their digests; nobody is signed out, and nothing turns it back."
            : null
        : found.HashedIds > 0
            ? $"holds digests of {found.HashedIds} session ids; set ids-at-rest = hashed."
            : null;
}
