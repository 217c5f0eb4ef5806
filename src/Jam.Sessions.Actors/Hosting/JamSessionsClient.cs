using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Table;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The typed client: reads the table itself, asks the engine's actor for the rest.</summary>
/// <remarks>An actor that is gone with its system answers nobody: then <paramref name="terminated"/> ends the wait.</remarks>
internal sealed class JamSessionsClient(IActorRef manager, SessionTable table, ResolvedOptions options, CancellationToken terminated) : IJamSessions
{
    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        Ask<string>(new CreateSession(sessionKey, data), cancellationToken, options.Refuse(sessionKey, data));

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        if (table.IsClosed)
        {
            return ValueTask.FromException<Session?>(new SessionsStoppingException());
        }

        if (!table.TryFind(sessionId, out var session))
        {
            return default;
        }

        return ReferenceEquals(session.Data, SessionData.Unreadable)
            ? ValueTask.FromException<Session?>(SessionDataException.UnreadableInFile())
            : ValueTask.FromResult<Session?>(session);
    }

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        Ask<Done>(new UpdateSession(sessionId, data), cancellationToken, options.Refuse(sessionKey: "", data));

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        Ask<bool>(new DeleteSession(sessionId), cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) =>
        Ask<int>(new ClearSessions(sessionKey), cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) =>
        Ask<string>(new ReworkSession(sessionId), cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default) => Ask<Done>(new FlushSessions(), cancellationToken);

    private async Task<T> Ask<T>(ISessionMessage message, CancellationToken cancellationToken, JamSessionsException? refusal = null)
    {
        if (refusal is not null)
        {
            throw refusal;
        }

        using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(terminated, cancellationToken) : null;
        try
        {
            return await manager.Ask<T>(message, Timeout.InfiniteTimeSpan, either?.Token ?? terminated).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (terminated.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionsStoppingException();
        }
    }
}
