using Jam.Sessions.Actors.Keys;
using Microsoft.AspNetCore.Diagnostics;

namespace Jam.Sessions.Actors.Host;

/// <summary>Failures as HTTP: what the caller did wrong, and what the engine cannot do now.</summary>
internal sealed class Problems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception error, CancellationToken cancellationToken)
    {
        int? status = error switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            SessionNotFoundException => StatusCodes.Status401Unauthorized,
            SessionLimitException => StatusCodes.Status409Conflict,
            SessionKeyException => StatusCodes.Status400BadRequest,
            SessionDataException when http.Request.HasJsonContentType() => StatusCodes.Status400BadRequest,
            SessionStoreException or SessionsStoppingException => StatusCodes.Status503ServiceUnavailable,
            _ => null,
        };
        if (status is null)
        {
            return false;
        }

        // What the operator should know (which file, why) is for the log alone.
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            http.RequestServices.GetRequiredService<ILogger<Problems>>().LogError(error, "The session engine failed");
        }

        await Results.Problem(Detail(error), statusCode: status).ExecuteAsync(http);
        return true;
    }

    private static string Detail(Exception error) => error switch
    {
        SessionStoreException => "The sessions cannot be written at the moment; nothing was changed. Try again later.",
        BadHttpRequestException { InnerException: { } cause } => $"{error.Message} {cause.Message}",
        _ => error.Message,
    };
}

internal static class ProblemServices
{
    /// <summary>Every error that leaves the backend is a problem body (RFC 9457) that says what was wrong.</summary>
    public static void AddProblems(this IServiceCollection services) => services
        .AddProblemDetails()
        .AddExceptionHandler<Problems>()
        .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
        .ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.AllowDuplicateProperties = false;
            options.SerializerOptions.MaxDepth = SessionData.MaxDepth + 1;
        });
}
