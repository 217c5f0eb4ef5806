using System.Collections.Concurrent;

namespace Jam.Sessions.Actors.Cluster.Torture.Nodes;

/// <summary>A bug that the matrix must find.</summary>
internal enum Plant
{
    /// <summary>Now and then a read is answered with what was read the time before.</summary>
    Stale,

    /// <summary>Now and then an update is acknowledged that was never done.</summary>
    Lost,

    /// <summary>Now and then a session that was deleted is found again.</summary>
    Revive,

    /// <summary>Now and then a rework leaves the old id alive.</summary>
    Fork,
}

/// <summary>An engine with one planted bug.</summary>
internal sealed class PlantedSessions(IJamSessions sessions, Plant plant) : IJamSessions
{
    private const int Rarely = 100;

    private readonly ConcurrentDictionary<string, Session> _before = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session> _undead = new(StringComparer.Ordinal);
    private int _calls;

    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        sessions.CreateAsync(sessionKey, data, cancellationToken);

    public async ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        if (_undead.TryGetValue(sessionId, out var undead))
        {
            return undead;
        }

        var session = await sessions.GetAsync(sessionId, cancellationToken);
        if (plant == Plant.Stale && session is not null)
        {
            var before = _before.GetValueOrDefault(sessionId, session);
            _before[sessionId] = session;
            return IsNow() ? before : session;
        }

        return session;
    }

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        plant == Plant.Lost && IsNow() ? Task.CompletedTask : sessions.UpdateAsync(sessionId, data, cancellationToken);

    public async Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        var session = plant == Plant.Revive && IsNow() ? await sessions.GetAsync(sessionId, cancellationToken) : null;
        var isDeleted = await sessions.DeleteAsync(sessionId, cancellationToken);
        return Keep(sessionId, isDeleted ? session : null, isDeleted);
    }

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => sessions.ClearAsync(sessionKey, cancellationToken);

    public async Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        var session = plant == Plant.Fork && IsNow() ? await sessions.GetAsync(sessionId, cancellationToken) : null;
        return Keep(sessionId, session, await sessions.ReworkAsync(sessionId, cancellationToken));
    }

    public Task FlushAsync(CancellationToken cancellationToken = default) => sessions.FlushAsync(cancellationToken);

    public Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default) =>
        plant == Plant.Lost && request is UpdateSession && IsNow() ? Task.FromResult((TReply)(object)Akka.Done.Instance) : sessions.SendAsync(request, cancellationToken);

    private bool IsNow() => Interlocked.Increment(ref _calls) % Rarely == 0;

    private T Keep<T>(string sessionId, Session? session, T answer)
    {
        if (session is not null)
        {
            _undead[sessionId] = session;
        }

        return answer;
    }
}
