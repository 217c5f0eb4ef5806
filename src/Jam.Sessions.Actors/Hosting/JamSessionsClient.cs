using Akka;
using Akka.Actor;
using Jam.Sessions.Actors.Keys;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>The typed client: reads the table itself, and hands the engine requests that it awaits.</summary>
internal sealed class JamSessionsClient(SessionsRef engine) : IJamSessions
{
    public Task<string> CreateAsync(string sessionKey, SessionData data, CancellationToken cancellationToken = default) =>
        Send<string>(new CreateSession(sessionKey, data), cancellationToken);

    public ValueTask<Session?> GetAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        return engine.TryRead(sessionId, out var session) is { } failure
            ? ValueTask.FromException<Session?>(failure)
            : ValueTask.FromResult<Session?>(session);
    }

    public Task UpdateAsync(string sessionId, SessionData data, CancellationToken cancellationToken = default) =>
        Send<Done>(new UpdateSession(sessionId, data), cancellationToken);

    public Task<bool> DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        Send<bool>(new DeleteSession(sessionId), cancellationToken);

    public Task<int> ClearAsync(string sessionKey, CancellationToken cancellationToken = default) =>
        Send<int>(new ClearSessions(sessionKey), cancellationToken);

    public Task<string> ReworkAsync(string sessionId, CancellationToken cancellationToken = default) =>
        Send<string>(new ReworkSession(sessionId), cancellationToken);

    public Task FlushAsync(CancellationToken cancellationToken = default)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Flush(failure =>
        {
            if (failure is null)
            {
                flushed.TrySetResult();
            }
            else
            {
                flushed.TrySetException(failure.Fresh());
            }
        });
        return flushed.Task.WaitAsync(cancellationToken);
    }

    public Task<TReply> SendAsync<TReply>(ISessionRequest<TReply> request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request switch
        {
            ISessionCommand command => Send<TReply>(command, cancellationToken),
            ISessionQuery query => Answered<TReply>(engine.Answer(query)),
            SweepSessions => Sweep<TReply>(cancellationToken),
            _ => IJamSessions.SendByVerb(this, request, cancellationToken),
        };
    }

    private static Task<T> Answered<T>(object answer) =>
        answer is Status.Failure failure ? Task.FromException<T>(failure.Cause) : Task.FromResult((T)answer);

    private Task<T> Sweep<T>(CancellationToken cancellationToken)
    {
        var swept = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Sweep(answer => _ = answer is Status.Failure failure ? swept.TrySetException(failure.Cause) : swept.TrySetResult((T)answer));
        return swept.Task.WaitAsync(cancellationToken);
    }

    private Task<T> Send<T>(ISessionCommand command, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var request = new AwaitedRequest<T>(command, cancellationToken);
        var answer = request.Task;
        engine.Send(request);
        return answer;
    }
}
