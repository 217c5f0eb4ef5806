using System.Text.Json;
using Akka.Hosting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc;
using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:5080";
builder.Logging.AddFilter("Microsoft", LogLevel.Error);

// Every error that leaves the backend is a problem body (RFC 9457); what the operator should know (which file, why) is for the engine's log alone.
builder.Services
    .AddProblemDetails(options => options.CustomizeProblemDetails = problem => problem.ProblemDetails.Detail = problem.Exception switch
    {
        BadHttpRequestException { InnerException: { } cause } bad => $"{bad.Message} {cause.Message}",
        BadHttpRequestException or SessionDataException => problem.Exception.Message,
        SessionStoreException => "The sessions cannot be written at the moment; nothing was changed. Try again later.",
        _ => problem.ProblemDetails.Detail,
    })
    .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
    .ConfigureHttpJsonOptions(options => (options.SerializerOptions.AllowDuplicateProperties, options.SerializerOptions.MaxDepth) = (false, SessionData.MaxDepth + 1));

// The engine, with options from the section `sessions` of the host's configuration, started by Akka's builder.
if (builder.Configuration["cluster"] is { } postgres)
{
    builder.AddClusteredSessions(postgres);
}
else
{
    builder.Services
        .AddJamSessions(builder.Configuration.GetSection("sessions"))
        .AddAkka("backend", (akka, _) => akka.ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory()).WithJamSessions());
}

// Seen from outside: the engine has a meter and a health check of its own; the host says where they go.
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Jam.Sessions.Actors").AddPrometheusExporter());

// The keys of cookies stand apart from the sessions: either of the two signs nobody in. Encrypt them at rest where others can read them (ProtectKeysWith…).
builder.Services.AddDataProtection().SetApplicationName("Jam.Sessions.Actors.Host").PersistKeysToFileSystem(new DirectoryInfo(builder.Configuration["keys"] ?? "keys"));

// Cookie authentication as ever, and its sessions in the engine.
builder.Services
    .AddAuthorization()
    .AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie(cookie => (cookie.LoginPath, cookie.ExpireTimeSpan) = ("/sign-in", TimeSpan.FromHours(8)));
builder.Services.AddJamTickets();

// With --jam=true the cookie is the id itself, and the sessions of a file that jam wrote, which hold no ticket, sign in too.
if (builder.Configuration.GetValue<bool>("jam"))
{
    builder.Services.Configure<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme, cookie => cookie.Cookie.Name = "session");
    builder.Services.Configure<JamTicketOptions>(tickets =>
    {
        (tickets.Cookie, tickets.AllowHttp) = (TicketCookie.PlainId, true);
        tickets.TicketFromSession = session => new AuthenticationTicket(Users.Principal(session.Key), CookieAuthenticationDefaults.AuthenticationScheme);
    });
}

var app = builder.Build();
app.UseExceptionHandler(new ExceptionHandlerOptions
{
    StatusCodeSelector = static error => error is BadHttpRequestException bad ? bad.StatusCode
        : error is SessionNotFoundException ? 401 : error is SessionDataException ? 400 : error is SessionLimitException ? 409
        : error is SessionStoreException or SessionsStoppingException or SessionCapacityException ? 503 : 500,
});
app.UseStatusCodePages();
app.UseAuthorization();
app.UseJamConnections();
app.UseAntiforgery();

// The site.
app.MapGet("/site.css", () => Results.Text(Pages.Style, "text/css"));
app.MapGet("/", (HttpContext http) => Pages.Home(http)).RequireAuthorization();
app.MapGet("/sign-in", (HttpContext http, string? returnUrl) => Pages.SignIn(http, returnUrl, said: null));
app.MapPost("/sign-in", async (HttpContext http, [FromForm] string user, [FromForm] string password, [FromForm] string? returnUrl) =>
{
    if (!Users.Verify(user, password))
    {
        return Pages.SignIn(http, returnUrl, "That is not the password of any user here.");
    }

    await http.SignInAsync(Users.Principal(user), new AuthenticationProperties { IsPersistent = true });
    return Results.LocalRedirect(RedirectHttpResult.IsLocalUrl(returnUrl) ? returnUrl! : "/");
});
app.MapPost("/note", async (HttpContext http, [FromForm] string note) =>
{
    await http.GetJamSession()!.PatchAsync(SessionData.From(new { note }));
    return Results.LocalRedirect("/");
}).RequireAuthorization();
app.MapPost("/sign-out", (IFormCollection form) => Results.SignOut(new AuthenticationProperties { RedirectUri = "/sign-in" }));
app.MapJamDevices("/devices", backUrl: "/");

// The same for programs. A foreign site's form can send neither JSON nor, across sites, the cookie.
var api = app.MapGroup("/api");
api.MapPost("/sign-in", ([FromBody] Credentials credentials) => Users.Verify(credentials.User, credentials.Password)
    ? Results.SignIn(Users.Principal(credentials.User))
    : Results.Problem("That is not the password of any user here.", statusCode: StatusCodes.Status401Unauthorized));
api.MapGet("/me", (HttpContext http) => http.GetJamSession() is { } session
    ? Results.Ok(new { user = http.User.Identity!.Name, session.Handle, since = session.CreatedAt, until = session.ExpiresAt, data = session.Data.ToJsonObject() })
    : Results.Unauthorized());
api.MapPut("/me", async ([FromBody] JsonElement data, HttpContext http) =>
{
    var given = SessionData.From(data);
    await (http.GetJamSession() ?? throw new SessionNotFoundException()).UpdateAsync(_ => given);
    return Results.NoContent();
});
api.MapDelete("/devices", async (HttpContext http, IJamDevices devices) => new { signedOut = await devices.SignOutOthersAsync(http) });
api.MapPost("/sign-out", () => Results.SignOut());
app.MapGet("/health", async (IJamSessions sessions) => new { sessions = (await sessions.CountAsync()).Sessions });

// For the operator's network alone. Ready: send requests here; live: the process answers, whatever its disk does.
app.MapPrometheusScrapingEndpoint();
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });

try
{
    await app.StartAsync();
}
catch (Exception e) when (e is JamSessionsException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

var url = app.Urls.First();
Console.WriteLine($$"""
    Listening on {{url}}. Try it in a browser as ann or bob, each with the password "{{Users.DemoPassword}}", or:
      curl -c jar -b jar -H 'Content-Type: application/json' -d '{"user": "ann", "password": "{{Users.DemoPassword}}"}' {{url}}/api/sign-in
      curl -c jar -b jar -H 'Content-Type: application/json' -X PUT -d '{"cart": [1, 2]}' {{url}}/api/me
      curl -c jar -b jar {{url}}/api/me
      curl -c jar -b jar -X POST {{url}}/api/sign-out
    """);
await app.WaitForShutdownAsync();
return 0;

internal sealed record Credentials(string User, string Password);
