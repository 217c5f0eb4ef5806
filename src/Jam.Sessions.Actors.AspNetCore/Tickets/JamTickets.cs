using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore;

using Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>What an application does to its users' sessions beside signing in and out.</summary>
public interface IJamTickets
{
    /// <summary>Ends all sessions of a user, as when an account is disabled: on every device, open connections too.</summary>
    /// <param name="userId">The user's id as <see cref="JamTicketOptions.UserId"/> gives it.</param>
    /// <param name="scheme">Which scheme's user; null: the first that AddJamTickets was called for.</param>
    /// <returns>How many sessions ended.</returns>
    Task<int> EndUserAsync(string userId, string? scheme = null);

    /// <summary>Ends the sessions that an identity provider's session signed in: OpenID Connect back-channel logout.</summary>
    /// <remarks>It looks at all sessions in memory, some microseconds each. Check the logout token before you call it.</remarks>
    /// <param name="issuer">The provider: <c>iss</c> of the logout token.</param>
    /// <param name="sid">The session: <c>sid</c> of the logout token.</param>
    /// <param name="cancellationToken">Ends the walk; what ended has ended.</param>
    /// <returns>How many sessions ended.</returns>
    Task<int> EndUpstreamAsync(string issuer, string sid, CancellationToken cancellationToken = default);
}

/// <inheritdoc />
internal sealed class JamTickets(TicketSchemes schemes, SessionStores stores, Microsoft.Extensions.Options.IOptions<AuthenticationOptions> authentication) : IJamTickets
{
    public async Task<int> EndUserAsync(string userId, string? scheme = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var options = Of(scheme);
        return await stores.Of(options.Store).Sessions.ClearAsync(TicketKeys.Of(options.Realm, userId), CancellationToken.None);
    }

    public async Task<int> EndUpstreamAsync(string issuer, string sid, CancellationToken cancellationToken = default)
    {
        _ = authentication.Value;
        var ended = 0;
        foreach (var store in schemes.Found.Values.Select(options => options.Store).Distinct(StringComparer.Ordinal))
        {
            var sessions = stores.Of(store).Sessions;
            await foreach (var session in sessions.QueryAsync(cancellationToken: cancellationToken))
            {
                using var data = session.Session.Data is { } all ? Members.Parse(all) : null;
                if (Members.TextOf(data, Members.Upstream, SignInMembers.Sid) == sid && Members.TextOf(data, Members.Upstream, SignInMembers.Issuer) == issuer)
                {
                    ended += await sessions.EndAsync(session.SessionKey, session.Session.Handle, CancellationToken.None) ? 1 : 0;
                }
            }
        }

        return ended;
    }

    /// <summary>The options of a scheme.</summary>
    public JamTicketOptions Of(string? scheme)
    {
        _ = authentication.Value;
        return scheme is null ? schemes.Found.First().Value
            : schemes.Found.GetValueOrDefault(scheme) ?? throw new ArgumentException($"AddJamTickets was not called for the scheme {scheme}.", nameof(scheme));
    }
}
