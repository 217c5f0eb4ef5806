using Akka.Actor;
using Jam.Sessions.Actors.Model;
using Jam.Sessions.Actors.Telemetry;
using Jam.Sessions.Actors.Threads;

namespace Jam.Sessions.Actors.Keys;

/// <summary>A command on its way to its key's actor, and whom to answer.</summary>
/// <remarks>
/// The asker travels in here and not as the message's sender, and is let go with the answer: an actor's cell remembers its last message and
/// that one's sender, so every idle actor would hold the task and the result of whoever asked last.
/// </remarks>
internal abstract class Request(ISessionCommand command) : IAwaitsAnswer, INoSerializationVerificationNeeded
{
    private ISessionCommand? _command = command;
    private KeySlot? _key;
    private Capacity? _place;
    private CommandWatch? _watch;

    public ISessionCommand Command => _command!;

    /// <summary>Whose actor it goes to.</summary>
    public KeySlot Key
    {
        get => _key!;
        set => _key = value;
    }

    /// <summary>What the command was given on its way.</summary>
    public Drawn Drawn { get; set; }

    /// <summary>Gives up the place that the command takes in the store, with its answer.</summary>
    public Capacity Place
    {
        set => _place = value;
    }

    /// <summary>Sees the command from here to its answer; null where nobody wants to know.</summary>
    public CommandWatch? Watch
    {
        get => _watch;
        set => _watch = value;
    }

    /// <summary>The next one in a <see cref="RequestQueue"/>.</summary>
    public Request? Next { get; set; }

    /// <summary>The answer that was decided.</summary>
    public object? Reply { get; set; }

    /// <summary>Answers once: later answers are dropped.</summary>
    public void Answer(object reply, IActorRef self)
    {
        (_command, _key, Reply, Next, Drawn) = (null, null, null, null, default);
        Interlocked.Exchange(ref _place, null)?.Leave();
        if (_watch is not null)
        {
            Interlocked.Exchange(ref _watch, null)?.End((reply as Status.Failure)?.Cause);
        }

        Deliver(reply, self);
    }

    /// <summary>Answers with <see cref="SessionsStoppingException"/>.</summary>
    public void Reject(IActorRef self) => Answer(new Status.Failure(new SessionsStoppingException()), self);

    /// <summary>Hands the answer over, and lets go of whoever gets it.</summary>
    protected abstract void Deliver(object reply, IActorRef self);

    public sealed override string ToString() => $"Request {{ {_command?.ToString() ?? "answered"} }}";
}

/// <summary>An actor's, which is told the answer.</summary>
internal sealed class ToldRequest(ISessionCommand command, IActorRef? sender) : Request(command)
{
    private IActorRef? _sender = sender;

    protected override void Deliver(object reply, IActorRef self) => Asker.Answer(Interlocked.Exchange(ref _sender, null), reply, self);
}

/// <summary>The engine's own.</summary>
internal sealed class OwnRequest(ISessionCommand command, Action<object> done) : Request(command)
{
    private Action<object>? _done = done;

    protected override void Deliver(object reply, IActorRef self) => Interlocked.Exchange(ref _done, null)?.Invoke(reply);
}

/// <summary>A caller's in this process, who awaits the answer: what <c>Ask</c> makes for each call, less a name, its registration and a timer.</summary>
internal sealed class AwaitedRequest<T> : Request
{
    private readonly CancellationTokenRegistration _cancelled;
    private TaskCompletionSource<T>? _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="command">The command.</param>
    /// <param name="cancelled">Ends the wait, not the command.</param>
    public AwaitedRequest(ISessionCommand command, CancellationToken cancelled)
        : base(command)
    {
        _cancelled = cancelled.UnsafeRegister(static (request, token) => ((AwaitedRequest<T>)request!)._source?.TrySetCanceled(token), this);
    }

    /// <summary>Of the answer; not to be asked for once the request was sent.</summary>
    public Task<T> Task => _source!.Task;

    protected override void Deliver(object reply, IActorRef self)
    {
        (var source, _source) = (_source, null);
        _cancelled.Unregister();
        _ = reply switch
        {
            T answer => source?.TrySetResult(answer),
            Status.Failure failure => source?.TrySetException(failure.Cause),
            _ => source?.TrySetException(new InvalidOperationException($"The engine answered with a {reply.GetType().Name}.")),
        };
    }
}

/// <summary>Requests in the order of their arrival, linked through themselves: a queue of one costs nothing.</summary>
internal struct RequestQueue
{
    private Request? _last;

    public Request? First { get; private set; }

    public readonly bool IsEmpty => First is null;

    public void Add(Request request)
    {
        if (_last is null)
        {
            First = request;
        }
        else
        {
            _last.Next = request;
        }

        _last = request;
    }

    /// <summary>The oldest one, taken out; null where there is none.</summary>
    public Request? Take()
    {
        var first = First;
        First = first?.Next;
        if (First is null)
        {
            _last = null;
        }
        else
        {
            first!.Next = null;
        }

        return first;
    }

    /// <summary>Answers all of them with <see cref="SessionsStoppingException"/>.</summary>
    public void Reject(IActorRef self)
    {
        while (Take() is { } request)
        {
            request.Reject(self);
        }
    }
}
