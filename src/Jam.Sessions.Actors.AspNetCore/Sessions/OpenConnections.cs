using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace Jam.Sessions.Actors.AspNetCore;

using Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>Marks endpoints whose responses stay open, so that they end with the session.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class EndsWithSessionAttribute : Attribute;

/// <summary>Connections that stay open authenticate once; this ends them with the session that they were opened by.</summary>
public static class OpenConnections
{
    /// <summary>Ends WebSockets, server-sent events and what is marked with <see cref="EndsWithSessionAttribute"/> when their session ends.</summary>
    /// <remarks>
    /// Stands after authentication and after <c>UseWebSockets</c>. What arrives on a WebSocket counts as activity. SignalR hubs and Blazor's circuits need no middleware.
    /// </remarks>
    /// <param name="app">The pipeline.</param>
    public static IApplicationBuilder UseJamConnections(this IApplicationBuilder app) => app.Use(static async (http, next) =>
    {
        if (!StaysOpen(http) || http.GetJamSession() is not { } session)
        {
            await next(http);
            return;
        }

        await using var end = session.Ended.UnsafeRegister(static http => ((HttpContext)http!).Abort(), http);
        if (http.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } sockets && http.GetEndpoint()?.Metadata.GetMetadata<HubMetadata>() is null)
        {
            http.Features.Set<IHttpWebSocketFeature>(new ActiveSockets(sockets, session));
        }

        await next(http);
    });

    /// <summary>The responses of these endpoints end with the session, see <see cref="UseJamConnections"/>.</summary>
    public static TBuilder EndsWithSession<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new EndsWithSessionAttribute());

    private static bool StaysOpen(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || http.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
        || http.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true }
        || http.GetEndpoint()?.Metadata.GetMetadata<EndsWithSessionAttribute>() is not null
        || http.Request.Headers.Accept.Any(static accept => accept?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) == true);

    private sealed class ActiveSockets(IHttpWebSocketFeature inner, JamSession session) : IHttpWebSocketFeature
    {
        public bool IsWebSocketRequest => inner.IsWebSocketRequest;

        public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) => new ActiveSocket(await inner.AcceptAsync(context), session);
    }

    /// <summary>A socket on which what arrives keeps its session alive.</summary>
    private sealed class ActiveSocket(WebSocket inner, JamSession session) : WebSocket
    {
        public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

        public override string? CloseStatusDescription => inner.CloseStatusDescription;

        public override WebSocketState State => inner.State;

        public override string? SubProtocol => inner.SubProtocol;

        public override void Abort() => inner.Abort();

        public override void Dispose() => inner.Dispose();

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

        public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
        {
            var received = await inner.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType != WebSocketMessageType.Close)
            {
                await session.TouchAsync();
            }

            return received;
        }

        public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var received = await inner.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType != WebSocketMessageType.Close)
            {
                await session.TouchAsync();
            }

            return received;
        }

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);

        public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
    }
}
