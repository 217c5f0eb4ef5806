using Akka.Actor;

namespace Jam.Sessions.Actors.Engine;

/// <summary>A command on its way to its key's actor, and whom to answer.</summary>
/// <remarks>
/// The asker travels in here and not as the message's sender, and is let go with the answer: an actor's cell remembers its last message and
/// that one's sender, so every idle actor would hold the task and the result of whoever asked last.
/// </remarks>
internal sealed class Request(ISessionCommand command, IActorRef sender) : INoSerializationVerificationNeeded
{
    private ISessionCommand? _command = command;
    private IActorRef? _sender = sender;
    private LiveKey? _key;

    public ISessionCommand Command => _command!;

    /// <summary>Whose actor it goes to.</summary>
    public LiveKey Key
    {
        get => _key!;
        set => _key = value;
    }

    /// <summary>The next one in a <see cref="RequestQueue"/>.</summary>
    public Request? Next { get; set; }

    /// <summary>The answer that was decided.</summary>
    public object? Reply { get; set; }

    /// <summary>Answers, for good.</summary>
    public void Answer(object reply, IActorRef self)
    {
        var sender = _sender!;
        (_command, _sender, _key, Reply, Next) = (null, null, null, null, null);
        sender.Tell(reply, self);
    }

    /// <summary>Answers that the engine stops.</summary>
    public void Refuse(IActorRef self) => Answer(new Status.Failure(new SessionsStoppingException()), self);

    public override string ToString() => $"Request {{ {_command?.ToString() ?? "answered"} }}";
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

    /// <summary>Answers all of them that the engine stops.</summary>
    public void Refuse(IActorRef self)
    {
        while (Take() is { } request)
        {
            request.Refuse(self);
        }
    }
}
