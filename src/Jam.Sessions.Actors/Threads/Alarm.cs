using Akka.Actor;

namespace Jam.Sessions.Actors.Threads;

/// <summary>Tells an actor what it has planned to hear later. Plans outlive the actor, and hold nothing of it from <see cref="Stop"/> on.</summary>
/// <param name="self">The actor.</param>
/// <param name="after">Runs something after a delay.</param>
internal sealed class Alarm(IActorRef self, Action<TimeSpan, Action> after)
{
    private volatile IActorRef? _self = self;

    public void Tell(TimeSpan delay, object message) => after(delay, () => _self?.Tell(message, ActorRefs.NoSender));

    public void Stop() => _self = null;
}
