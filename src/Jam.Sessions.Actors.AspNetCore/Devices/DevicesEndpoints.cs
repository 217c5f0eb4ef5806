using Jam.Sessions.Actors.AspNetCore.Devices;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.AspNetCore;

/// <summary>The ready-made page "your devices".</summary>
public static class DevicesEndpoints
{
    /// <summary>Maps the page: where the user is signed in, and two ways to end that. Who is not signed in is sent to sign in.</summary>
    /// <remarks>
    /// Plain HTML that works without script, under a policy that allows none. It checks the antiforgery token itself and changes something by POST alone.
    /// For a page of your own use <see cref="IJamDevices"/>.
    /// </remarks>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="pattern">The path, such as <c>/devices</c>.</param>
    /// <param name="backUrl">Where its link "Back" leads; null: it has none.</param>
    public static IEndpointConventionBuilder MapJamDevices(this IEndpointRouteBuilder endpoints, string pattern, string? backUrl = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(pattern);
        group.MapGet("", (RequestDelegate)(http => ShowAsync(http, backUrl)));
        group.MapPost("", (RequestDelegate)ChangeAsync);
        return group;
    }

    private static async Task ShowAsync(HttpContext http, string? backUrl)
    {
        if (http.GetJamSession() is null)
        {
            await http.ChallengeAsync();
            return;
        }

        var devices = await http.RequestServices.GetRequiredService<IJamDevices>().ListAsync(http);
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var said = (string?)http.Request.Query[DevicesPage.Done] switch
        {
            DevicesPage.Handle => "That device is signed out.",
            DevicesPage.Others => "You are signed out everywhere else.",
            _ => null,
        };
        var headers = http.Response.Headers;
        (headers.ContentSecurityPolicy, headers.CacheControl, headers["Referrer-Policy"], headers.XContentTypeOptions) = (DevicesPage.Policy, "no-store", "same-origin", "nosniff");
        http.Response.ContentType = "text/html; charset=utf-8";
        var now = (http.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System).GetUtcNow();
        await http.Response.WriteAsync(DevicesPage.Of(devices, said, (tokens.FormFieldName, tokens.RequestToken!), backUrl, now), http.RequestAborted);
    }

    private static async Task ChangeAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.GetJamSession() is null)
        {
            await http.ChallengeAsync();
            return;
        }

        if (!await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var devices = http.RequestServices.GetRequiredService<IJamDevices>();
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var done = DevicesPage.Handle;
        if (form.ContainsKey(DevicesPage.Others))
        {
            await devices.SignOutOthersAsync(http);
            done = DevicesPage.Others;
        }
        else if (form[DevicesPage.Handle].ToString() is { Length: > 0 } handle)
        {
            await devices.SignOutAsync(http, handle);
        }

        // The way back must not send the form again.
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}?{DevicesPage.Done}={done}";
    }
}
