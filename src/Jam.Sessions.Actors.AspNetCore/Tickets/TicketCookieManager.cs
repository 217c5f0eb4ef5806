using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Jam.Sessions.Actors.AspNetCore.Tickets;

/// <summary>The configured cookie manager; but the id in the cookie is the one that is alive, and a response says one thing about the cookie.</summary>
internal sealed class TicketCookieManager(ICookieManager inner, string scheme, CookieAuthenticationOptions cookie) : ICookieManager
{
    public string? GetRequestCookie(HttpContext context, string key) => inner.GetRequestCookie(context, key);

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options)
    {
        if (TicketRequest.Find(context, scheme) is { } request)
        {
            // A slow response would overwrite the cookie that a faster one has rotated.
            if (request.IsCookieStale)
            {
                return;
            }

            value = request.FreshId is { } id ? cookie.TicketDataFormat.Protect(SessionIdTicket.Of(id, scheme)) : value;
            options.Expires = options.Expires is null ? null : request.CookieExpires ?? options.Expires;
        }

        Forget(context, key);
        inner.AppendResponseCookie(context, key, value, options);
    }

    public void DeleteCookie(HttpContext context, string key, CookieOptions options)
    {
        Forget(context, key);
        inner.DeleteCookie(context, key, options);
    }

    /// <summary>Takes back what the response says of the cookie so far, its chunks (<c>nameC1</c>) included.</summary>
    private static void Forget(HttpContext context, string key)
    {
        var headers = context.Response.Headers;
        var said = headers[HeaderNames.SetCookie];
        if (said.Count > 0)
        {
            headers[HeaderNames.SetCookie] = said.Where(header => !IsOf(header, key)).ToArray();
        }
    }

    private static bool IsOf(string? header, string key)
    {
        var name = header is null || header.IndexOf('=', StringComparison.Ordinal) is var end && end < 0 ? "" : header.AsSpan(0, end);
        return name.StartsWith(key, StringComparison.Ordinal)
            && name[key.Length..] is var rest && (rest.Length == 0 || (rest[0] == 'C' && int.TryParse(rest[1..], out _)));
    }
}
