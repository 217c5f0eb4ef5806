using System.Text;
using Jam.Sessions.Actors.Encryption;
using Jam.Sessions.Actors.Index;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Keys;

/// <summary>Draws what a command needs before its key's turn: ids from the host's factory until one is free, and document numbers.</summary>
/// <param name="options">Say how ids are made.</param>
/// <param name="table">Says which are taken.</param>
/// <param name="ids">How ids are kept.</param>
/// <param name="fernet">Makes jam's encrypted ids; null: ids are given out as they were made.</param>
internal sealed class IdentitySource(ResolvedOptions options, SessionTable table, StoredIds ids, Fernet? fernet)
{
    private const int Tries = 5;

    // 128 random bits in base64 or anything denser.
    private const int ShortestGoodId = 22;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private volatile bool _hasWarned;

    /// <summary>Whether an id is made by code of the host, which may take its time.</summary>
    public bool IsHosts { get; } = options.AsyncIdFactory is not null || (options.IdFactory != SessionIds.UuidV4 && options.IdFactory != SessionIds.Random256);

    /// <summary>Hears once that the host's ids are short, and how short. Set before the first request.</summary>
    public Action<int> OnShortIds { private get; set; } = static _ => { };

    /// <summary>What a create needs.</summary>
    /// <exception cref="SessionIdFactoryException">The id factory failed or repeats itself.</exception>
    public ValueTask<Drawn> DrawAsync(string sessionKey, bool forNewDocument)
    {
        // An id of the engine's own makers has at least 122 random bits: no other one is the same.
        if (!IsHosts)
        {
            return new(Complete(Encrypted(options.IdFactory()), forNewDocument));
        }

        for (var attempt = 1; ; attempt++)
        {
            var id = Ask(sessionKey);
            if (!id.IsCompletedSuccessfully)
            {
                return AwaitAsync(id, attempt, sessionKey, forNewDocument);
            }

            if (Claimed(id.GetAwaiter().GetResult(), attempt) is { } claimed)
            {
                return new(Complete(claimed, forNewDocument));
            }
        }
    }

    /// <summary>Ends the claim of an id, after it was committed or given up.</summary>
    public void Release(string id)
    {
        if (IsHosts)
        {
            table.Release(ids.Of(id));
        }
    }

    private async ValueTask<Drawn> AwaitAsync(ValueTask<string> pending, int attempt, string sessionKey, bool forNewDocument)
    {
        while (true)
        {
            string id;
            try
            {
                id = await pending.ConfigureAwait(false);
            }
            catch (Exception e) when (e is not SessionIdFactoryException)
            {
                throw Threw(e);
            }

            if (Claimed(id, attempt) is { } claimed)
            {
                return Complete(claimed, forNewDocument);
            }

            attempt++;
            pending = Ask(sessionKey);
        }
    }

    private Drawn Complete(string id, bool forNewDocument) =>
        new(id, forNewDocument ? table.NewDocumentId() : 0, Now: 0);

    /// <summary>The id as it is given out; null where it is taken and another one is to be tried.</summary>
    private string? Claimed(string? drawn, int attempt)
    {
        if (string.IsNullOrEmpty(drawn))
        {
            throw new SessionIdFactoryException("The id factory returned null or an empty string.");
        }

        if (drawn.Length < ShortestGoodId && !_hasWarned)
        {
            _hasWarned = true;
            OnShortIds(drawn.Length);
        }

        var id = Encrypted(drawn);
        return table.TryReserve(ids.Of(id)) ? id
            : attempt < Tries ? null
            : throw new SessionIdFactoryException($"The id factory returned an id that is taken, {Tries} times in a row. Ids must be unique and unguessable.");
    }

    private ValueTask<string> Ask(string sessionKey)
    {
        try
        {
            return options.AsyncIdFactory is { } factory
                ? Ambient.Without(factory, new IdRequest(sessionKey))
                : new(Ambient.Without(static make => make(), options.IdFactory));
        }
        catch (Exception e)
        {
            throw Threw(e);
        }
    }

    private static SessionIdFactoryException Threw(Exception e) => new($"The id factory threw {e.GetType().Name}.", e);

    private string Encrypted(string id)
    {
        if (fernet is null)
        {
            return id;
        }

        try
        {
            return Encoding.ASCII.GetString(fernet.Encrypt(s_strictUtf8.GetBytes(id)));
        }
        catch (EncoderFallbackException)
        {
            throw new SessionIdFactoryException("The id factory returned an unpaired surrogate, which cannot be encrypted.");
        }
    }
}
