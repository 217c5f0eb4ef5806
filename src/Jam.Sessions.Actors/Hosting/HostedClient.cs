using Akka;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The client that a container hands out, which is older than the engine: the first call starts it, where the host's start has not yet.</summary>
internal sealed class HostedClient(HostedStore store) : IJamSessions
{
    private IJamSessions? _client;

    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        _client?.CreateAsync(sessionKey, data, cancellationToken)
        ?? Later(static (client, call, token) => client.CreateAsync(call.sessionKey, call.data, token), (sessionKey, data), cancellationToken);

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _client?.GetAsync(sessionId, cancellationToken)
        ?? new(Later(static (client, id, token) => client.GetAsync(id, token).AsTask(), sessionId, cancellationToken));

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        _client?.UpdateAsync(sessionId, data, cancellationToken)
        ?? Later(static (client, call, token) => Done(client.UpdateAsync(call.sessionId, call.data, token)), (sessionId, data), cancellationToken);

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _client?.DeleteAsync(sessionId, cancellationToken)
        ?? Later(static (client, id, token) => client.DeleteAsync(id, token), sessionId, cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) =>
        _client?.ClearAsync(sessionKey, cancellationToken)
        ?? Later(static (client, key, token) => client.ClearAsync(key, token), sessionKey, cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _client?.ReworkAsync(sessionId, cancellationToken)
        ?? Later(static (client, id, token) => client.ReworkAsync(id, token), sessionId, cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default) =>
        _client?.FlushAsync(cancellationToken)
        ?? Later(static (client, _, token) => Done(client.FlushAsync(token)), Akka.Done.Instance, cancellationToken);

    public Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) =>
        _client?.SendAsync(request, cancellationToken)
        ?? Later(static (client, call, token) => client.SendAsync(call, token), request, cancellationToken);

    private async Task<T> Later<TCall, T>(Func<IJamSessions, TCall, CancellationToken, Task<T>> send, TCall call, CancellationToken cancellationToken)
    {
        _client = (await store.StartAsync().WaitAsync(cancellationToken).ConfigureAwait(false)).Client;
        return await send(_client, call, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Done> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return Akka.Done.Instance;
    }
}
