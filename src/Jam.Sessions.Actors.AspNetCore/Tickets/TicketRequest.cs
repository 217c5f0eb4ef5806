using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>What one request has learnt and done about the session of one scheme. Handler, ticket store and cookie manager speak through it.</summary>
internal sealed class TicketRequest(string scheme, TicketRequest? others)
{
    private JamSession? _current;
    private StoreAccess? _store;
    private string? _id;
    private Session? _session;

    /// <summary>The ticket as it was read, of which the handler has a clone.</summary>
    public AuthenticationTicket? Read { get; set; }

    /// <summary>Whether the handler is signing in: its <c>Renew</c> is then a rotation.</summary>
    public bool IsSigningIn { get; set; }

    /// <summary>Whether the one who signs in has said when that ends.</summary>
    public bool HasOwnExpiry { get; set; }

    /// <summary>The id that takes the place of the one that the handler knows, in the cookie that it is about to send.</summary>
    public string? FreshId { get; set; }

    /// <summary>Whether the cookie that the handler is about to send would name a session that is no more.</summary>
    public bool IsCookieStale { get; set; }

    /// <summary>When the browser may forget the cookie, if it is one that outlives the browser.</summary>
    public DateTimeOffset? CookieExpires { get; set; }

    /// <summary>The id of the session that is signed in now; null where there is none.</summary>
    public string? Id => _id;

    public static TicketRequest Of(HttpContext http, string scheme)
    {
        if (Find(http, scheme) is { } found)
        {
            return found;
        }

        var made = new TicketRequest(scheme, http.Features.Get<TicketRequest>());
        http.Features.Set(made);
        return made;
    }

    public static TicketRequest? Find(HttpContext http, string scheme)
    {
        for (var request = http.Features.Get<TicketRequest>(); request is not null; request = request.Others)
        {
            if (request.Scheme == scheme)
            {
                return request;
            }
        }

        return null;
    }

    public string Scheme => scheme;

    public TicketRequest? Others => others;

    public void SignedIn(StoreAccess store, string id, Session session) => (_store, _id, _session, _current) = (store, id, session, null);

    public void SignedOut() => (_id, _session, _current) = (null, null, null);

    /// <summary>The session that signs the user in now.</summary>
    public JamSession? Current(HttpContext http) => _session is null ? null : _current ??= new JamSession(_store!, http, _id!, _session);
}
