using Akka.Actor;

namespace Jam.Sessions.Actors.Tests.Support;

/// <summary>A reference without an actor: keeps what it is told, on the thread that tells it.</summary>
internal sealed class RecordingRef(string name, Action<object>? told = null, Action? stopped = null) : MinimalActorRef
{
    private readonly List<object> _messages = [];

    /// <summary>In the order of their arrival.</summary>
    public IReadOnlyList<object> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / name;

    public override IActorRefProvider Provider => throw new NotSupportedException("It is in no actor system.");

    public override void Stop() => stopped?.Invoke();

    protected override void TellInternal(object message, IActorRef sender)
    {
        lock (_messages)
        {
            _messages.Add(message);
        }

        told?.Invoke(message);
    }
}
