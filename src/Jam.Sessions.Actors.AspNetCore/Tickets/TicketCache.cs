using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>A ticket that was deserialized, and from what.</summary>
/// <param name="Session">The session as it was then. It is replaced with every change of it.</param>
/// <param name="Bytes">The ticket's bytes.</param>
/// <param name="Stored">The ticket as it is stored; nobody changes it.</param>
/// <param name="Shown">The ticket as it is handed out, as a clone; nobody changes it.</param>
/// <param name="Expires">When the shown one ends by its own account.</param>
internal sealed record CachedTicket(Session Session, byte[] Bytes, AuthenticationTicket Stored, AuthenticationTicket Shown, DateTimeOffset? Expires);

/// <summary>Tickets that were deserialized lately: once for each change of a ticket, not of a session, and not for each request.</summary>
internal sealed class TicketCache(int capacity, Func<Session, byte[]?> bytesOf, Func<Session, byte[], CachedTicket?> decode)
{
    private readonly Recent<CachedTicket> _tickets = new(capacity);

    public CachedTicket? Of(string id, Session session)
    {
        var cached = _tickets.Find(id);
        if (cached is not null && ReferenceEquals(cached.Session, session))
        {
            return cached;
        }

        if (bytesOf(session) is not { } bytes)
        {
            return null;
        }

        cached = cached is not null && cached.Bytes.AsSpan().SequenceEqual(bytes) ? cached with { Session = session } : decode(session, bytes);
        if (cached is not null && capacity > 0)
        {
            _tickets.Keep(id, cached);
        }

        return cached;
    }
}
