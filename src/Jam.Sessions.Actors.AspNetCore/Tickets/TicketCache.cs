using Jam.Sessions.Actors.AspNetCore.Sessions;
using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>A ticket that was deserialized, and from what.</summary>
/// <param name="Bytes">The ticket's bytes.</param>
/// <param name="Stored">The ticket as it is stored; nobody changes it.</param>
/// <param name="Shown">The ticket as it is handed out, as a clone; nobody changes it.</param>
/// <param name="Expires">When the shown one ends by its own account.</param>
internal sealed record CachedTicket(byte[] Bytes, AuthenticationTicket Stored, AuthenticationTicket Shown, DateTimeOffset? Expires);

/// <summary>Tickets that were deserialized lately: once for each change of a ticket, not of a session, and not for each request. It holds no id.</summary>
/// <remarks>A session's data is another object after each change, and the same in between, whoever reads it. After a change of other members the ticket is found by the session's handle.</remarks>
internal sealed class TicketCache(int capacity, Func<Session, byte[]?> bytesOf, Func<byte[], CachedTicket?> decode)
{
    private readonly Recent<object, CachedTicket> _ofData = new(capacity, ReferenceEqualityComparer.Instance);
    private readonly Recent<string, CachedTicket> _ofSessions = new(capacity, StringComparer.Ordinal);

    public CachedTicket? Of(Session session)
    {
        if (_ofData.Find(session.Data) is { } found)
        {
            return found;
        }

        if (bytesOf(session) is not { } bytes)
        {
            return null;
        }

        var handle = session.Handle;
        var cached = _ofSessions.Find(handle);
        if (cached is null || !cached.Bytes.AsSpan().SequenceEqual(bytes))
        {
            cached = decode(bytes);
        }

        if (cached is not null && capacity > 0)
        {
            _ofData.Keep(session.Data, cached);
            _ofSessions.Keep(handle, cached);
        }

        return cached;
    }
}
