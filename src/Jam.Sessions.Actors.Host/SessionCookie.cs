using Jam.Sessions.Actors.Keys;

namespace Jam.Sessions.Actors.Host;

/// <summary>Where the browser keeps the session id: a cookie that no script reads and no foreign site's form sends.</summary>
internal static class SessionCookie
{
    private const string Name = "session";

    /// <exception cref="BadHttpRequestException">401: the request has no session cookie.</exception>
    public static string Read(HttpContext http) =>
        http.Request.Cookies[Name] is { Length: > 0 } id
            ? id
            : throw new BadHttpRequestException("There is no session cookie: sign in first.", StatusCodes.Status401Unauthorized);

    public static void Write(HttpContext http, string id) => http.Response.Cookies.Append(Name, id, Options(http));

    public static void Remove(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http));

    private static CookieOptions Options(HttpContext http) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps };
}
