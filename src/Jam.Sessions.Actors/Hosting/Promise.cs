using Akka.Actor;

namespace Jam.Sessions.Actors.Hosting;

/// <summary>A task for one answer of the engine, which to the engine is the sender that asked.</summary>
/// <remarks>
/// What <c>Ask</c> makes for each call, less what a sender in the same process does not need: a name, its registration, a timer. It shares
/// its path with the engine, so only its reference tells it from others.
/// </remarks>
internal sealed class Promise<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IInternalActorRef _engine;
    private readonly CancellationTokenRegistration _cancelled;

    public Promise(IInternalActorRef engine, CancellationToken cancelled)
    {
        _engine = engine;
        _cancelled = cancelled.UnsafeRegister(static (promise, token) => ((Promise<T>)promise!)._source.TrySetCanceled(token), this);
    }

    public Task<T> Task => _source.Task;

    public override ActorPath Path => _engine.Path;

    public override IActorRefProvider Provider => _engine.Provider;

    protected override void TellInternal(object message, IActorRef sender)
    {
        _cancelled.Unregister();
        _ = message switch
        {
            T answer => _source.TrySetResult(answer),
            Status.Failure failure => _source.TrySetException(failure.Cause),
            _ => _source.TrySetException(new InvalidOperationException($"The engine answered with a {message.GetType().Name}.")),
        };
    }
}
