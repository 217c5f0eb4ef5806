using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;

namespace Jam.Sessions.Actors.Host;

/// <summary>The site's two pages.</summary>
internal static class Pages
{
    public const string Style = """
        :root{color-scheme:light dark} body{max-width:42rem;margin:0 auto;padding:2rem 1rem;font:1rem/1.5 system-ui,"DejaVu Sans",sans-serif}
        form,label{display:block;margin:1rem 0} input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem;margin-top:.25rem}
        button{font:inherit;padding:.5rem 1rem;min-height:2.75rem} pre{overflow:auto;padding:1rem;border:1px solid #8888;border-radius:.5rem}
        """;

    public static IResult Home(HttpContext http)
    {
        var session = http.GetJamSession()!;
        return Page(http, $"Hello {http.User.Identity!.Name}", $"""
            <p>Signed in since {session.CreatedAt:u}; without a visit the session ends {session.ExpiresAt:u}. <a href="/devices">Your devices</a></p>
            <h2>What the session holds</h2>
            <pre>{Html(session.Data.Json)}</pre>
            <form method="post" action="/note">{Token(http)}<label>A note <input name="note" required maxlength="200"></label><button>Keep it</button></form>
            <form method="post" action="/sign-out">{Token(http)}<button>Sign out</button></form>
            """);
    }

    public static IResult SignIn(HttpContext http, string? returnUrl, string? said) => Page(http, "Sign in", $"""
        <p role="status">{Html(said ?? $"As ann or bob; the password is “{Users.DemoPassword}”.")}</p>
        <form method="post" action="/sign-in">{Token(http)}<input type="hidden" name="returnUrl" value="{Html(returnUrl ?? "")}">
        <label>Name <input name="user" autocomplete="username" required></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <button>Sign in</button></form>
        """);

    private static IResult Page(HttpContext http, string title, string body)
    {
        (http.Response.Headers.CacheControl, http.Response.Headers.ContentSecurityPolicy) =
            ("no-store", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
        return Results.Text($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Html(title)}</title><link rel="stylesheet" href="/site.css"></head>
            <body><main><h1>{Html(title)}</h1>
            {body}
            </main></body></html>
            """, "text/html; charset=utf-8");
    }

    private static string Token(HttpContext http)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        return $"<input type=\"hidden\" name=\"{tokens.FormFieldName}\" value=\"{tokens.RequestToken}\">";
    }

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
