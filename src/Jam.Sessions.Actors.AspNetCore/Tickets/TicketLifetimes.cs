using Microsoft.AspNetCore.Authentication;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>What a ticket's times ask of the engine, whose clock alone decides when a session ends.</summary>
internal static class TicketLifetimes
{
    // A ticket that is not to be renewed by time: no cookie outlives the browser, so none is sent again.
    private static readonly TimeSpan s_never = TimeSpan.FromDays(36_500);

    public static bool IsSliding(AuthenticationProperties ticket, bool schemeSlides) => schemeSlides && ticket.AllowRefresh != false;

    public static TimeSpan? SpanOf(AuthenticationProperties ticket) => ticket.ExpiresUtc - ticket.IssuedUtc;

    /// <summary>The lifetime of a session's own; null: that of the store.</summary>
    /// <param name="ticket">The ticket's times.</param>
    /// <param name="isSliding">Whether it slides: then its span is how long the session may be idle, else its end is the session's.</param>
    /// <param name="isWish">Whether who signed in asked for these times: then they win over the store's idle time, else the shorter of the two holds.</param>
    /// <param name="store">The store's own times.</param>
    /// <param name="reworked">The session that goes on, if there is one; its own times give way.</param>
    /// <param name="now">The time.</param>
    public static SessionLifetime? Of(AuthenticationProperties ticket, bool isSliding, bool isWish, StoreDescription store, Session? reworked, DateTimeOffset now)
    {
        if (SpanOf(ticket) is not { } span)
        {
            return null;
        }

        var idle = !isSliding ? store.IdleTimeout : isWish ? InRange(span) : Shorter(InRange(span), store.IdleTimeout);
        var max = isSliding ? Timeout.InfiniteTimeSpan : InRange(ticket.ExpiresUtc!.Value - (reworked?.CreatedAt ?? now));
        return reworked is not null ? new SessionLifetime(idle, max)
            : idle == store.IdleTimeout && isSliding ? null
            : new SessionLifetime(idle == store.IdleTimeout ? null : idle, isSliding ? null : max);
    }

    /// <summary>The ticket as the handler gets it: its times only say when a cookie that outlives the browser is sent again.</summary>
    public static AuthenticationTicket Shown(AuthenticationTicket stored, bool schemeSlides)
    {
        var properties = stored.Properties;
        if (properties.IsPersistent || !IsSliding(properties, schemeSlides) || properties.IssuedUtc is not { } issued)
        {
            return stored;
        }

        var shown = stored.Clone();
        shown.Properties.ExpiresUtc = issued + s_never;
        return shown;
    }

    /// <summary>When the browser may forget the cookie.</summary>
    /// <remarks>It is sent again once half of the span is over; the session lives a span longer than the last request before that.</remarks>
    public static DateTimeOffset? CookieExpires(AuthenticationProperties ticket, bool isSliding) =>
        isSliding && SpanOf(ticket) is { } span ? ticket.ExpiresUtc + (span / 2) : ticket.ExpiresUtc;

    private static TimeSpan InRange(TimeSpan time) => time < SessionLifetime.Shortest ? SessionLifetime.Shortest : time > SessionLifetime.Longest ? SessionLifetime.Longest : time;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => b == Timeout.InfiniteTimeSpan || a < b ? a : b;
}
