using System.Security.Cryptography;
using System.Text;
using Jam.Sessions.Actors.AspNetCore.Sessions;
using Jam.Sessions.Actors.AspNetCore.Tickets;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jam.Sessions.Actors.AspNetCore.State;

/// <summary>Sessions of visitors who are not signed in: each with a key of its own, a lifetime and a cap of their own, and a cookie.</summary>
internal sealed class AnonymousSessions
{
    private static readonly string s_prefix = TicketKeys.PrefixOf(TicketKeys.Anonymous);

    private readonly JamSessionStateOptions _options;
    private readonly IDataProtector? _protector;
    private readonly Lock _lock = new();
    private Task? _counting;
    private long _count;

    public AnonymousSessions(IOptions<JamSessionStateOptions> options, SessionStores stores, IServiceProvider services)
    {
        _options = options.Value;
        Store = stores.Of(_options.Store);
        _protector = _options.CookieContent == TicketCookie.PlainId ? null
            : services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Jam.Sessions.Actors.AspNetCore.State");
        Store.Watch.Ended = Count;
    }

    public StoreAccess Store { get; }

    /// <summary>The id in the request's cookie; null where there is none that can be one.</summary>
    public string? IdOf(HttpContext http)
    {
        if (http.Request.Cookies[_options.Cookie.Name!] is not { Length: > 0 } cookie)
        {
            return null;
        }

        try
        {
            return _protector is null ? cookie : Encoding.UTF8.GetString(_protector.Unprotect(WebEncoders.Base64UrlDecode(cookie)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The visitor's session; null where it has ended, or is not a visitor's.</summary>
    public async ValueTask<Session?> FindAsync(string id, bool isActivity) =>
        await (isActivity ? Store.Sessions.GetAsync(id) : Store.Sessions.PeekAsync(id)) is { } session && session.Key.StartsWith(s_prefix, StringComparison.Ordinal) ? session : null;

    /// <exception cref="SessionCapacityException">There are as many as there may be.</exception>
    public void RefuseMoreThanCap()
    {
        // Once in the life of the process somebody waits for the first count.
        CountingAsync().GetAwaiter().GetResult();
        if (Interlocked.Read(ref _count) >= _options.MaxAnonymousSessions)
        {
            throw new SessionCapacityException(_options.MaxAnonymousSessions);
        }
    }

    public async Task<(string Id, StatePlace Place)> BeginAsync(HttpContext http, SessionData data)
    {
        await CountingAsync();

        // Counted before it is there, so that an end that is told soon finds it counted.
        if (Interlocked.Increment(ref _count) > _options.MaxAnonymousSessions)
        {
            Interlocked.Decrement(ref _count);
            throw new SessionCapacityException(_options.MaxAnonymousSessions);
        }

        try
        {
            var id = await Store.Sessions.CreateAsync(s_prefix + SessionIds.Random256(), data, new SessionLifetime(_options.AnonymousIdleTimeout), CancellationToken.None);
            Append(http, _protector is null ? id : WebEncoders.Base64UrlEncode(_protector.Protect(Encoding.UTF8.GetBytes(id))));
            return (id, new StatePlace((await Store.Sessions.PeekAsync(id))?.Handle ?? "", StatePlace.None.Values));
        }
        catch (Exception e) when (e is JamSessionsException)
        {
            Interlocked.Decrement(ref _count);
            throw;
        }
    }

    /// <summary>The visitor has signed in: the session that was nobody's ends.</summary>
    public async Task EndAsync(HttpContext http, string id)
    {
        await Store.DeleteAsync(id);
        if (!http.Response.HasStarted)
        {
            http.Response.Cookies.Delete(_options.Cookie.Name!, _options.Cookie.Build(http));
        }
    }

    private Task CountingAsync()
    {
        lock (_lock)
        {
            // A count that failed is made again.
            return _counting = _counting is null or { IsFaulted: true } or { IsCanceled: true } ? RecountAsync() : _counting;
        }
    }

    private void Append(HttpContext http, string value)
    {
        http.Response.Cookies.Append(_options.Cookie.Name!, value, _options.Cookie.Build(http));
        http.Response.Headers.CacheControl = "no-cache,no-store";
        http.Response.Headers.Pragma = "no-cache";
    }

    private void Count(string? endedKey)
    {
        if (endedKey is null)
        {
            lock (_lock)
            {
                _counting = null;
            }
        }
        else if (endedKey.StartsWith(s_prefix, StringComparison.Ordinal))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private async Task RecountAsync()
    {
        Store.Watch.Listen();
        var count = 0L;
        await foreach (var session in Store.Sessions.QueryAsync(s_prefix))
        {
            count++;
        }

        Interlocked.Exchange(ref _count, count);
    }
}
