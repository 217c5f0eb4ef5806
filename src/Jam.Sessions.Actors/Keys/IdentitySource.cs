using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Draws session ids from the host's factory until one is free, document ids from the table, and the time.</summary>
internal sealed class IdentitySource(ResolvedOptions options, SessionTable table, Fernet? fernet) : IIdentities
{
    private const int Tries = 5;

    // An id of the engine's own makers has at least 122 random bits: no other one is the same.
    private readonly bool _canRepeat = options.IdFactory != SessionIds.UuidV4 && options.IdFactory != SessionIds.Random256;

    public string NewSessionId()
    {
        if (!_canRepeat)
        {
            return Draw();
        }

        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var id = Draw();
            if (table.TryReserve(id))
            {
                return id;
            }
        }

        throw new SessionIdFactoryException($"The id factory returned an id that is taken, {Tries} times in a row. Ids must be unique and unguessable.");
    }

    /// <summary>Ends the claim of an id, after it was committed or given up.</summary>
    public void Release(string id)
    {
        if (_canRepeat)
        {
            table.Release(id);
        }
    }

    public long NewDocumentId() => table.NewDocumentId();

    public double Now() => UnixTime.FromDateTimeOffset(options.TimeProvider.GetUtcNow());

    private string Draw()
    {
        string? id;
        try
        {
            id = options.IdFactory();
        }
        catch (Exception e)
        {
            throw new SessionIdFactoryException($"The id factory threw {e.GetType().Name}.", e);
        }

        if (string.IsNullOrEmpty(id))
        {
            throw new SessionIdFactoryException("The id factory returned null or an empty string.");
        }

        return fernet is null ? id : Encrypted(id);
    }

    private string Encrypted(string id)
    {
        try
        {
            return Encoding.ASCII.GetString(fernet!.Encrypt(StrictUtf8.GetBytes(id)));
        }
        catch (EncoderFallbackException)
        {
            throw new SessionIdFactoryException("The id factory returned an unpaired surrogate, which cannot be encrypted.");
        }
    }

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
