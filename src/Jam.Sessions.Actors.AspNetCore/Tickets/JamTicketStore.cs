using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>The tickets of one scheme, as sessions of the engine.</summary>
/// <remarks>The handler calls the overloads with an <see cref="HttpContext"/> alone. No change is given up because the client went away.</remarks>
internal sealed class JamTicketStore : ITicketStore
{
    // A persistent ticket that has ended by its own account, though its session lives: sent again with the next response.
    private static readonly TimeSpan s_moment = TimeSpan.FromMinutes(1);

    private readonly string _scheme;
    private readonly JamTicketOptions _options;
    private readonly CookieAuthenticationOptions _cookie;
    private readonly StoreAccess _store;
    private readonly TicketCodec _codec;
    private readonly TicketCache _cache;
    private readonly ILogger _log;
    private int _isToldOfTokens, _isToldOfTicket;

    public JamTicketStore(string scheme, JamTicketOptions options, CookieAuthenticationOptions cookie, StoreAccess store, IServiceProvider services)
    {
        (_scheme, _options, _cookie, _store) = (scheme, options, cookie, store);
        _log = services.GetRequiredService<ILoggerFactory>().CreateLogger<JamTicketStore>();
        _codec = new TicketCodec(options.ProtectTickets
            ? services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Jam.Sessions.Actors.AspNetCore.Tickets", scheme)
            : null);
        _cache = new TicketCache(options.CachedTickets, static session => Members.BytesOf(session.Data, Members.Ticket), Decode);
    }

    private DateTimeOffset Now => (_cookie.TimeProvider ?? TimeProvider.System).GetUtcNow();

    public Task<string> StoreAsync(AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken) => SignInAsync(null, ticket, httpContext);

    public Task RenewAsync(string key, AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken) =>
        TicketRequest.Of(httpContext, _scheme).IsSigningIn ? SignInAsync(key, ticket, httpContext) : SlideAsync(key, ticket, httpContext);

    public Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        var isActivity = httpContext.GetEndpoint()?.Metadata.GetMetadata<NoSessionActivityAttribute>() is null;
        var reading = isActivity ? _store.Sessions.GetAsync(key, CancellationToken.None) : _store.Sessions.PeekAsync(key, CancellationToken.None);
        return reading.IsCompletedSuccessfully ? Task.FromResult(Retrieved(key, reading.Result, httpContext)) : WaitAsync();

        async Task<AuthenticationTicket?> WaitAsync()
        {
            try
            {
                return Retrieved(key, await reading, httpContext);
            }
            catch (SessionDataException)
            {
                TellOfTicket();
                return null;
            }
        }
    }

    public async Task RemoveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
    {
        var request = TicketRequest.Of(httpContext, _scheme);

        // The handler knows the id with which the request came, even where this request has rotated it.
        await _store.DeleteAsync(key);
        if (request.Id is { } id && id != key)
        {
            await _store.DeleteAsync(id);
        }

        request.SignedOut();
    }

    public Task<string> StoreAsync(AuthenticationTicket ticket) => SignInAsync(null, ticket, new DefaultHttpContext());

    public Task RenewAsync(string key, AuthenticationTicket ticket) => SlideAsync(key, ticket, new DefaultHttpContext());

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => RetrieveAsync(key, new DefaultHttpContext(), CancellationToken.None);

    public Task RemoveAsync(string key) => RemoveAsync(key, new DefaultHttpContext(), CancellationToken.None);

    private AuthenticationTicket? Retrieved(string id, Session? session, HttpContext http)
    {
        if (session is null || !TicketKeys.IsOf(_options.Realm, session.Key))
        {
            return null;
        }

        var request = TicketRequest.Of(http, _scheme);
        if (_cache.Of(session) is not { } cached)
        {
            var made = _options.TicketFromSession?.Invoke(session);
            request.Read = made;
            if (made is not null)
            {
                request.SignedIn(_store, id, session);
            }

            return made?.Clone();
        }

        request.Read = cached.Shown;
        request.SignedIn(_store, id, session);
        var ticket = cached.Shown.Clone();
        if (cached.Expires is { } expires && cached.Shown.Properties.IsPersistent && TicketLifetimes.IsSliding(ticket.Properties, _cookie.SlidingExpiration)
            && Now is var now && expires <= now)
        {
            ticket.Properties.ExpiresUtc = now + s_moment;
        }

        return ticket;
    }

    private CachedTicket? Decode(byte[] bytes)
    {
        if (_codec.Decode(bytes) is not { } stored)
        {
            TellOfTicket();
            return null;
        }

        return new CachedTicket(bytes, stored, TicketLifetimes.Shown(stored, _cookie.SlidingExpiration), stored.Properties.ExpiresUtc);
    }

    /// <summary>Signs in: a new session; or, for who is signed in already, the same one under a new id, so that a cookie from before opens nothing.</summary>
    private async Task<string> SignInAsync(string? oldId, AuthenticationTicket ticket, HttpContext http)
    {
        if (_options.UserId(ticket.Principal) is not { Length: > 0 } userId)
        {
            throw new InvalidOperationException(
                "The user who signs in has neither the claim NameIdentifier nor sub, so nobody knows whose session it is. Add one, or set JamTicketOptions.UserId.");
        }

        var request = TicketRequest.Of(http, _scheme);
        var key = TicketKeys.Of(_options.Realm, userId);
        var store = await _store.DescribeAsync();
        TellOfTokens(ticket, store);
        var isSliding = TicketLifetimes.IsSliding(ticket.Properties, _cookie.SlidingExpiration);
        SessionLifetime? LifetimeOf(Session? reworked) => TicketLifetimes.Of(ticket.Properties, isSliding, request.HasOwnExpiry, store, reworked, Now);

        var members = SignInMembers.Of(ticket, _codec, _options, http);
        var id = (request.Id ?? oldId) is { } before ? await ReworkAsync(before, key, members, LifetimeOf) : null;
        id ??= await _store.Sessions.CreateAsync(
            key, Members.Merged(members, http.Features.Get<IMovesAtSignIn>()?.Move() ?? SessionData.Empty, static _ => true), LifetimeOf(null), CancellationToken.None);

        request.SignedIn(_store, id, await _store.Sessions.PeekAsync(id) ?? throw new SessionNotFoundException());
        request.Read = null;
        (request.FreshId, request.IsCookieStale, request.CookieExpires) = (id, false, TicketLifetimes.CookieExpires(ticket.Properties, isSliding));
        return id;
    }

    /// <summary>The new id of a session that is the user's; null where there is none, and another user's has ended then.</summary>
    private async Task<string?> ReworkAsync(string id, string key, SessionData members, Func<Session?, SessionLifetime?> lifetimeOf)
    {
        while (await _store.Sessions.PeekAsync(id) is { } session)
        {
            if (session.Key != key)
            {
                await _store.DeleteAsync(id);
                return null;
            }

            try
            {
                var newId = await _store.Sessions.SendAsync(new ReworkSession(id)
                {
                    Data = Members.Merged(session.Data, members, static name => name is not (Members.Ticket or Members.Device or Members.Upstream)),
                    Expected = session.Data,
                    Lifetime = lifetimeOf(session),
                });
                _store.Rotated(id, newId);
                return newId;
            }
            catch (SessionConflictException)
            {
                // Somebody has changed the session's data meanwhile: that is to go with it.
            }
            catch (SessionNotFoundException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>What was changed in a ticket since it was read: its times, or claims and tokens.</summary>
    private async Task SlideAsync(string id, AuthenticationTicket ticket, HttpContext http)
    {
        var request = TicketRequest.Of(http, _scheme);
        var isMore = request.Read is not { } read || TicketCodec.IsMoreThanTimes(read, ticket);
        try
        {
            while (await _store.Sessions.PeekAsync(id) is { } session && _cache.Of(session)?.Stored is { } stored)
            {
                var merged = TicketCodec.Merge(request.Read ?? stored, ticket, stored);
                var isSliding = TicketLifetimes.IsSliding(stored.Properties, _cookie.SlidingExpiration);
                merged.Properties.ExpiresUtc = isSliding ? merged.Properties.IssuedUtc + TicketLifetimes.SpanOf(stored.Properties) : stored.Properties.ExpiresUtc;
                request.CookieExpires = TicketLifetimes.CookieExpires(merged.Properties, isSliding);
                if (!isMore && stored.Properties.IssuedUtc > request.Read?.Properties.IssuedUtc)
                {
                    // Another request has renewed it since: one is enough.
                    return;
                }

                try
                {
                    await _store.Sessions.SendAsync(new UpdateSession(id, Members.Merged(session.Data, SignInMembers.TicketOf(merged, _codec), static _ => true)) { Expected = session.Data });
                    return;
                }
                catch (SessionConflictException)
                {
                }
            }
        }
        catch (SessionNotFoundException)
        {
        }
        catch (SessionStoreException e) when (!isMore)
        {
            // The response is good without it, and the next request tries again.
            _log.LogWarning(e, "jam.sessions: a ticket of {Scheme} could not be renewed; the next request tries again", _scheme);
            return;
        }

        request.IsCookieStale = true;
        if (isMore)
        {
            _log.LogWarning(
                "jam.sessions: refreshed claims or tokens of {Scheme} were not kept: the session ended, or its user signed in again, while the request was under way", _scheme);
        }
    }

    private void TellOfTokens(AuthenticationTicket ticket, StoreDescription store)
    {
        if (store.IsReadableOnDisk && !_options.ProtectTickets && ticket.Properties.GetTokens().Any() && Interlocked.Exchange(ref _isToldOfTokens, 1) == 0)
        {
            _log.LogWarning(
                "jam.sessions: the tickets of {Scheme} hold saved tokens, and the session file shows them to whoever reads it. Set ProtectTickets, turn encryption on (is-session-crypt), or do not save tokens", _scheme);
        }
    }

    private void TellOfTicket()
    {
        if (Interlocked.Exchange(ref _isToldOfTicket, 1) == 0)
        {
            _log.LogWarning(
                "jam.sessions: a ticket of {Scheme} cannot be read (another version, a lost key, or damaged data); its user has to sign in again. This is said once", _scheme);
        }
    }
}
