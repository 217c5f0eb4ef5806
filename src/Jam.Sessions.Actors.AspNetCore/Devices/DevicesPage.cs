using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Jam.Sessions.Actors.AspNetCore.Devices;

/// <summary>The page "your devices" as HTML: no script, no id, everything encoded.</summary>
internal static class DevicesPage
{
    public const string Handle = "handle", Others = "others", Done = "done";

    private const string Style = """
        :root{color-scheme:light dark;--line:#d0d7de;--quiet:#59636e;--mark:#0a6e31;--back:#fff;--card:#f6f8fa;--text:#1f2328;--danger:#b3261e}
        @media(prefers-color-scheme:dark){:root{--line:#3d444d;--quiet:#a5b0bb;--mark:#57d17a;--back:#0d1117;--card:#161b22;--text:#f0f6fc;--danger:#ff8a80}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        main{max-width:42rem;margin:0 auto;padding:2rem 1rem 4rem}
        h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0 .25rem}
        p{margin:.25rem 0 1.25rem;color:var(--quiet)}
        a{color:inherit}
        .said{border-left:.25rem solid var(--mark);background:var(--card);color:var(--text);padding:.75rem 1rem;border-radius:.25rem}
        ul{list-style:none;margin:0;padding:0}
        li{display:flex;gap:1rem;align-items:center;border:1px solid var(--line);background:var(--card);border-radius:.75rem;padding:1rem;margin:0 0 .75rem}
        li svg{flex:none;width:2rem;height:2rem;color:var(--quiet)}
        li div{flex:1;min-width:0}
        h2{display:flex;flex-wrap:wrap;align-items:center;gap:.15rem .5rem;font-size:1.05rem;margin:0;overflow-wrap:anywhere}
        .here{display:inline-block;font-size:.8rem;font-weight:600;color:var(--mark);border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;white-space:nowrap}
        .when{margin:0;font-size:.9rem}
        button{font:inherit;color:var(--danger);background:var(--back);border:1px solid currentColor;border-radius:.5rem;padding:.5rem .9rem;min-height:2.75rem;cursor:pointer;white-space:nowrap}
        button:hover{text-decoration:underline}
        button:focus-visible,a:focus-visible{outline:3px solid #4493f8;outline-offset:2px}
        .all{margin-top:1.5rem}
        @media(max-width:30rem){li{flex-wrap:wrap}li form,li button,.all button{width:100%}}
        """;

    private const string Computer = """<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><rect x="4" y="4" width="16" height="11" rx="1.5"/><path d="M2 19h20"/></svg>""";
    private const string Phone = """<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><rect x="7" y="2" width="10" height="20" rx="2"/><path d="M11 18.5h2"/></svg>""";

    /// <summary>Nothing but this page's own style and forms, and no frame around it.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <param name="devices">The devices.</param>
    /// <param name="said">What was just done; null: nothing.</param>
    /// <param name="field">Name and value of the antiforgery field.</param>
    /// <param name="backUrl">Where the way back leads; null: there is none.</param>
    /// <param name="now">The time.</param>
    public static string Of(IReadOnlyList<JamDevice> devices, string? said, (string Name, string Value) field, string? backUrl, DateTimeOffset now)
    {
        var page = new StringBuilder($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Your devices</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>

            """);
        if (backUrl is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<a href=\"{Html(backUrl)}\">Back</a>\n");
        }

        page.Append("<h1>Your devices</h1>\n<p>Where you are signed in. If you do not recognise a device, sign it out and change your password.</p>\n");
        if (said is not null)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"said\" role=\"status\">{Html(said)}</p>\n");
        }

        page.Append("<ul>\n");
        foreach (var device in devices)
        {
            Append(page, device, field, now);
        }

        page.Append("</ul>\n");
        if (devices.Count > 1)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <form method="post" class="all">{Hidden(field.Name, field.Value)}{Hidden(Others, "1")}<button>Sign out everywhere else</button></form>

                """);
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder page, JamDevice device, (string Name, string Value) field, DateTimeOffset now)
    {
        var (name, label) = (Html(device.Name), $"device-{device.Handle}");
        var seen = device.IsCurrent ? "Active now" : device.LastSeenAt is { } last ? $"Last active {Time(last, now)}" : null;
        var since = device.SignedInAt is { } signedIn ? $"Signed in {Time(signedIn, now)}" : null;
        page.Append(CultureInfo.InvariantCulture, $"""
            <li>
            {(device.Name.Contains("iPhone", StringComparison.Ordinal) || device.Name.Contains("Android", StringComparison.Ordinal) ? Phone : Computer)}
            <div>
            <h2 id="{label}">{name}{(device.IsCurrent ? "<span class=\"here\">This device</span>" : "")}</h2>
            <p class="when">{string.Join(" · ", new[] { seen, since, device.Address is { } address ? Html(address) : null }.OfType<string>())}</p>
            </div>

            """);
        if (!device.IsCurrent)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <form method="post">{Hidden(field.Name, field.Value)}{Hidden(Handle, device.Handle)}<button aria-describedby="{label}">Sign out</button></form>

                """);
        }

        page.Append("</li>\n");
    }

    private static string Time(DateTimeOffset time, DateTimeOffset now) =>
        $"<time datetime=\"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\" title=\"{time.UtcDateTime:yyyy-MM-dd HH:mm} UTC\">{Ago(time, now)}</time>";

    private static string Ago(DateTimeOffset time, DateTimeOffset now) => (now - time) switch
    {
        { TotalMinutes: < 1 } => "just now",
        { TotalHours: < 1 } and var ago => Count((int)ago.TotalMinutes, "minute"),
        { TotalDays: < 1 } and var ago => Count((int)ago.TotalHours, "hour"),
        { TotalDays: < 30 } and var ago => Count((int)ago.TotalDays, "day"),
        _ => time.UtcDateTime.ToString("'on' d MMMM yyyy", CultureInfo.InvariantCulture),
    };

    private static string Count(int count, string unit) => count == 1 ? $"1 {unit} ago" : $"{count} {unit}s ago";

    private static string Hidden(string name, string value) => $"<input type=\"hidden\" name=\"{Html(name)}\" value=\"{Html(value)}\">";

    private static string Html(string text) => HtmlEncoder.Default.Encode(text);
}
