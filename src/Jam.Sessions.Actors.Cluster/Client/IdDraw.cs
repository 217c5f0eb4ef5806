using Jam.Sessions.Actors.Keys;
using Jam.Sessions.Actors.Settings;

namespace Jam.Sessions.Actors.Cluster.Client;

/// <summary>Asks the host's id factory, without the caller's ambient context.</summary>
internal sealed class IdDraw(ResolvedOptions options)
{
    /// <param name="key">Whose id it is; needed for an asynchronous factory only.</param>
    /// <exception cref="SessionIdFactoryException">The factory failed, or made nothing of use.</exception>
    public async ValueTask<string> DrawAsync(string? key)
    {
        string? made;
        try
        {
            made = options.AsyncIdFactory is { } factory
                ? await Ambient.Without(factory, new IdRequest(key!)).ConfigureAwait(false)
                : Ambient.Without(static make => make(), options.IdFactory);
        }
        catch (Exception e) when (e is not SessionIdFactoryException)
        {
            throw new SessionIdFactoryException($"The id factory threw {e.GetType().Name}.", e);
        }

        return string.IsNullOrEmpty(made) ? throw new SessionIdFactoryException("The id factory returned null or an empty string.") : made;
    }
}
