using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using Akka.Hosting;
using Jam.Sessions.Actors;
using Jam.Sessions.Actors.Host;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Mvc;
using OpenTelemetry.Metrics;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:5080";
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddProblems();

// The engine: registered here, with options from the section `sessions` of the host's configuration, and started by Akka's builder.
builder.Services
    .AddJamSessions(builder.Configuration.GetSection("sessions"))
    .AddAkka("backend", (akka, _) => akka
        .ConfigureLoggers(loggers => loggers.ClearLoggers().AddLoggerFactory())
        .WithJamSessions());

// Seen from outside: the engine has a meter and a health check of its own; the host says where they go.
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Jam.Sessions.Actors").AddPrometheusExporter());

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();

// As a message to the engine's actor. The user is the session key; what else the request says is the session's data.
app.MapPost("/sign-in", async ([FromBody] SignIn signIn, HttpContext http, IRequiredActor<JamSessions> sessions) =>
{
    if (signIn.User is not { Length: > 0 and <= SessionKeys.MaxLength } user)
    {
        throw new BadHttpRequestException($"\"user\" must be a text of 1 to {SessionKeys.MaxLength} characters.");
    }

    var id = await sessions.ActorRef.Ask<string>(new CreateSession(user, SessionData.From(signIn.Data)));
    SessionCookie.Write(http, id);
    return Results.Ok(new { user });
});

// As method calls: the same engine, typed. A read needs no message.
app.MapGet("/me", async (HttpContext http, IJamSessions sessions) =>
    await sessions.GetAsync(SessionCookie.Read(http)) is { } session
        ? Results.Ok(new { user = session.Key, since = session.CreatedAt, data = session.Data.ToJsonObject() })
        : throw new SessionNotFoundException());

app.MapPut("/me", async ([FromBody] JsonElement data, HttpContext http, IJamSessions sessions) =>
{
    await sessions.UpdateAsync(SessionCookie.Read(http), SessionData.From(data));
    return Results.NoContent();
});

app.MapPost("/renew", async (HttpContext http, IJamSessions sessions) =>
{
    var id = await sessions.ReworkAsync(SessionCookie.Read(http));
    SessionCookie.Write(http, id);
    return Results.NoContent();
});

app.MapPost("/sign-out", async (HttpContext http, IJamSessions sessions) =>
{
    if (!await sessions.DeleteAsync(SessionCookie.Read(http)))
    {
        throw new SessionNotFoundException();
    }

    SessionCookie.Remove(http);
    return Results.NoContent();
});

app.MapPost("/sign-out-everywhere", async (HttpContext http, IJamSessions sessions) =>
{
    var session = await sessions.GetAsync(SessionCookie.Read(http)) ?? throw new SessionNotFoundException();
    var count = await sessions.ClearAsync(session.Key);
    SessionCookie.Remove(http);
    return Results.Ok(new { signedOut = count });
});

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
    Listening on {{url}}. Try:
      curl -c jar -b jar -H 'Content-Type: application/json' -d '{"user": "ann", "cart": [1, 2]}' {{url}}/sign-in
      curl -c jar -b jar {{url}}/me
      curl -c jar -b jar -X POST {{url}}/sign-out
    """);
await app.WaitForShutdownAsync();
return 0;

internal sealed record SignIn(string? User)
{
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Data { get; init; } = [];
}
