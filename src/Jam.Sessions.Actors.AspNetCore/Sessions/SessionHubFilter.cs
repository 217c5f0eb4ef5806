using Microsoft.AspNetCore.SignalR;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>Ends the connections of a SignalR hub with the session that opened them; what a client calls on them counts as activity, its pings do not.</summary>
/// <remarks>Blazor's circuits have connections of a hub too, but outlive them (<see cref="SessionCircuit"/>).</remarks>
internal sealed class SessionHubFilter : IHubFilter
{
    // What a browser answers when the server has drawn something: nobody has done anything there.
    private const string Drawn = "OnRenderCompleted", CircuitHub = "Microsoft.AspNetCore.Components.Server.ComponentHub";

    private static readonly object s_end = new();

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (context.Context.GetHttpContext()?.GetJamSession() is { } session)
        {
            context.Context.Items[s_end] = session.Ended.UnsafeRegister(static connection => ((HubCallerContext)connection!).Abort(), context.Context);
        }

        await next(context);
    }

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var session = invocationContext.Context.GetHttpContext()?.GetJamSession();
        SessionCircuit.Open(session);
        if (session is not null && !IsDrawn(invocationContext) && !await session.TouchAsync())
        {
            invocationContext.Context.Abort();
            throw new HubException("The session has ended; sign in again.");
        }

        return await next(invocationContext);
    }

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        if (context.Context.Items.TryGetValue(s_end, out var end))
        {
            await ((CancellationTokenRegistration)end!).DisposeAsync();
        }

        await next(context, exception);
    }

    private static bool IsDrawn(HubInvocationContext call) => call.HubMethodName == Drawn && call.Hub.GetType().FullName == CircuitHub;
}
