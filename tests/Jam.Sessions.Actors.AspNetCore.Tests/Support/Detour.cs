using Microsoft.Extensions.DependencyInjection;

namespace Jam.Sessions.Actors.AspNetCore.Tests.Support;

/// <summary>The engine behind a test's own faults.</summary>
internal sealed class Detour(IJamSessions engine) : IJamSessions
{
    /// <summary>Fails what it returns an exception for.</summary>
    public Func<ISessionMessage, Exception?> Fails { get; set; } = _ => null;

    /// <summary>Whether ends are told as events that were missed.</summary>
    public bool MissesEnds { get; set; }

    /// <summary>Puts one in front of the site's engine.</summary>
    public static void Add(IServiceCollection services)
    {
        var engine = services.Last(service => service.ServiceType == typeof(IJamSessions) && !service.IsKeyedService);
        services.Remove(engine);
        services.AddSingleton<IJamSessions>(provider => new Detour((IJamSessions)engine.ImplementationFactory!(provider)));
    }

    public static Detour Of(Site site) => (Detour)site.Sessions;

    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) => SendAsync(new CreateSession(sessionKey, data), cancellationToken);

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default) =>
        Fails(new GetSession(sessionId)) is { } error ? ValueTask.FromException<Session?>(error) : engine.GetAsync(sessionId, cancellationToken);

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) => SendAsync(new UpdateSession(sessionId, data), cancellationToken);

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new DeleteSession(sessionId), cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) => SendAsync(new ClearSessions(sessionKey), cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) => SendAsync(new ReworkSession(sessionId), cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default) => engine.FlushAsync(cancellationToken);

    public async Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default)
    {
        if (Fails(request) is { } error)
        {
            throw error;
        }

        var reply = await engine.SendAsync(request, cancellationToken);
        return reply is ISessionEventStream events ? (TReply)(object)new Events(this, events) : reply;
    }

    private sealed class Events(Detour detour, ISessionEventStream events) : ISessionEventStream
    {
        public async IAsyncEnumerator<SessionEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var happened in events.WithCancellation(cancellationToken))
            {
                yield return detour.MissesEnds && happened is SessionEnded ? new SessionEventsMissed(happened.Store, happened.Time, 1) : happened;
            }
        }

        public void Dispose() => events.Dispose();
    }
}
