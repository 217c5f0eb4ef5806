using Akka.Actor;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The client that a container hands out: it finds the engine when it is first used, since the container is older than the engine.</summary>
internal sealed class HostedClient(Func<ActorSystem> actorSystem) : IJamSessions
{
    private IJamSessions? _client;

    public async Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).CreateAsync(sessionKey, data, cancellationToken).ConfigureAwait(false);

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        return _client is { } client ? client.GetAsync(sessionId, cancellationToken) : Later();

        async ValueTask<Session?> Later() =>
            await (await Client(cancellationToken).ConfigureAwait(false)).GetAsync(sessionId, cancellationToken).ConfigureAwait(false);
    }

    public async Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).UpdateAsync(sessionId, data, cancellationToken).ConfigureAwait(false);

    public async Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).DeleteAsync(sessionId, cancellationToken).ConfigureAwait(false);

    public async Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).ClearAsync(sessionKey, cancellationToken).ConfigureAwait(false);

    public async Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).ReworkAsync(sessionId, cancellationToken).ConfigureAwait(false);

    public async Task FlushAsync(CancellationToken cancellationToken = default) =>
        await (await Client(cancellationToken).ConfigureAwait(false)).FlushAsync(cancellationToken).ConfigureAwait(false);

    private ValueTask<IJamSessions> Client(CancellationToken cancellationToken)
    {
        return _client is { } client ? ValueTask.FromResult(client) : new ValueTask<IJamSessions>(Find());

        async Task<IJamSessions> Find() =>
            _client = (await HostedEngine.Of(actorSystem()).Started.WaitAsync(cancellationToken).ConfigureAwait(false)).Client;
    }
}
