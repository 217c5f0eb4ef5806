using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Jam.Sessions.Actors.AspNetCore.Sessions;

/// <summary>Ends a circuit of Blazor with the session that opened it.</summary>
/// <remarks>A browser whose connection was ended comes back to its circuit by itself, without a sign-in: then the circuit has to refuse.</remarks>
internal sealed class SessionCircuit : CircuitHandler
{
    private static readonly AsyncLocal<JamSession?> s_opening = new();

    private readonly (StoreAccess Store, string Id, string Key, string Handle)? _session;
    private SessionWatch.SessionEnd? _end;

    // It is made while the call that opens the circuit is under way.
    public SessionCircuit() => _session = s_opening.Value is { } session ? (session.Store, session.Id, session.Key, session.Handle) : null;

    /// <summary>Before those of the host.</summary>
    public override int Order => int.MinValue;

    /// <summary>Circuits that the rest of this call opens are this session's.</summary>
    public static void Open(JamSession? session) => s_opening.Value = session;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _end = _session is { } session ? session.Store.Watch.Begin(session.Key, session.Handle) : null;
        return Task.CompletedTask;
    }

    /// <remarks>What is thrown here ends the circuit, and the browser loads its page anew.</remarks>
    public override async Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_session is { } session && !await session.Store.IsAliveAsync(session.Id))
        {
            throw Ended();
        }
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        activity => _end?.Token.IsCancellationRequested == true ? Task.FromException(Ended()) : next(activity);

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _end?.Dispose();
        return Task.CompletedTask;
    }

    private static InvalidOperationException Ended() => new("The session that opened this circuit has ended.");
}
